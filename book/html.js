// html.js: the switches, the menu and the search of the HTML edition.
//
// It runs in the head of a page, before anything is drawn, and again when the page
// is there. What the reader chose is kept in localStorage; where there is none, and
// with file:, where some browsers keep it for each file apart, links carry it.
'use strict';

const book = (() => {
  const root = document.documentElement;
  const asked = new URLSearchParams(location.search);
  const chosen = {};

  function recall(key) {
    try {
      return asked.get(key) || localStorage.getItem('fork.nw ' + key);
    } catch (e) {
      return asked.get(key);
    }
  }

  function remember(key, value) {
    chosen[key] = value;
    try {
      localStorage.setItem('fork.nw ' + key, value);
    } catch (e) {
      // The links carry it.
    }
  }

  // --- language and colours ------------------------------------------------------

  function ofBrowser() {
    const first = (navigator.languages || [navigator.language || ''])[0] || '';
    return /^zh/i.test(first) ? 'zh' : /^en/i.test(first) ? 'en' : 'both';
  }

  function isDark() {
    return (root.dataset.theme ||
      (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  }

  function setLanguage(language) {
    root.dataset.lang = language;
    root.lang = language === 'en' ? 'en' : 'zh-CN';
    const title = document.querySelector(`meta[name=title-${language}]`);
    if (title) {
      document.title = title.content;
    }
    for (const b of document.querySelectorAll('.switch button')) {
      b.setAttribute('aria-pressed', b.dataset.set === language);
    }
    const search = document.querySelector('.search input');
    if (search) {
      search.placeholder = { zh: '搜索 /', en: 'Search /', both: '搜索 Search /' }[language];
    }
  }

  function setTheme(theme) {
    root.dataset.theme = theme;
    showTheme();
  }

  function showTheme() {
    const button = document.querySelector('.dark');
    if (button) {
      button.setAttribute('aria-pressed', isDark());
    }
  }

  // The block at the top of the window: the first that begins there, or the one
  // that fills it.
  function place() {
    const bar = document.querySelector('.bar').offsetHeight;
    const blocks = document.querySelectorAll('main .pair, main h1, main h2, main h3, ' +
      'main .l, main tr, main dt, main > p, main .drawing, main .drawn, main .session');
    let first = null;
    for (const block of blocks) {
      const r = block.getBoundingClientRect();
      if (r.height > 0 && r.bottom > bar + 1) {
        const here = { block, bar, top: r.top, height: r.height };
        if (r.top >= bar - 1) {
          return first && r.top > innerHeight / 2 ? first : here;
        }
        first = first || here;
      }
    }
    return first;
  }

  function keepPlace(change) {
    const p = scrollY > 0 && place();
    root.style.overflowAnchor = 'none';
    change();
    if (p) {
      const r = p.block.getBoundingClientRect();
      const wanted = p.top >= p.bar ? p.top
        : p.bar - (p.bar - p.top) * r.height / p.height;
      scrollBy({ top: r.top - wanted, behavior: 'instant' });
    }
    requestAnimationFrame(() => requestAnimationFrame(() => {
      root.style.overflowAnchor = '';
    }));
  }

  // Links to other pages carry the choice if it may be forgotten otherwise.
  function carry(event) {
    const a = event.target.closest && event.target.closest('a[href]');
    if (!a || !Object.keys(chosen).length || a.origin !== location.origin ||
        a.getAttribute('href').startsWith('#')) {
      return;
    }
    const url = new URL(a.href);
    for (const key in chosen) {
      url.searchParams.set(key, chosen[key]);
    }
    a.href = url.href;
  }

  function kept() {
    try {
      localStorage.setItem('fork.nw test', '1');
      localStorage.removeItem('fork.nw test');
      return location.protocol !== 'file:';
    } catch (e) {
      return false;
    }
  }

  // --- search -----------------------------------------------------------------------

  let pages = [], items = [], loading = false;
  const weight = { i: 0, h: 1, c: 2, f: 4, p: 5, x: 6, t: 7 };

  // Called by search.js.
  function load(p, list) {
    pages = p;
    let section = null;
    items = list.map(([page, id, kind, zh, en, line, lines], order) => {
      const item = { page, id, kind, zh, en, line, lines: lines || 1, order, section,
        lowZh: zh.toLowerCase(), lowEn: en.toLowerCase() };
      if (kind === 'h') {
        section = item;
      }
      return item;
    });
    show();
  }

  function need() {
    if (!loading) {
      loading = true;
      const script = document.createElement('script');
      script.src = 'search.js';
      document.head.append(script);
    }
  }

  // A line of fork.nw, the last item that begins before it.
  function lineResult(n) {
    let best = null;
    for (const item of items) {
      if (item.line && item.line <= n && (item.kind === 'c' || item.kind !== 'i')) {
        best = item;
      }
    }
    if (!best) {
      return [];
    }
    const within = best.kind === 'c' && n < best.line + best.lines;
    return [{ ...best, id: within ? 'L' + n : best.id, title: 'fork.nw:' + n }];
  }

  function find(query) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) {
      return [];
    }
    const found = [];
    for (const item of items) {
      if (!words.every((w) => item.lowZh.includes(w) || item.lowEn.includes(w))) {
        continue;
      }
      const whole = words.join(' ');
      let rank = weight[item.kind] * 10;
      if (item.kind === 'i' && item.lowZh.replace(/^(struct|union) /, '') === whole) {
        rank = -20;
      } else if (item.kind === 'i' && !item.lowZh.startsWith(whole)) {
        rank = 45;
      } else if (item.kind === 'c' && item.lowZh === whole) {
        rank = -10;
      }
      found.push({ ...item, rank });
    }
    found.sort((a, b) => a.rank - b.rank || a.order - b.order);
    const line = /^(?:fork\.nw:|l)?(\d+)$/i.exec(query.trim());
    return line ? lineResult(+line[1]).concat(found) : found;
  }

  function escape(s) {
    return s.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
  }

  // The words around the first hit, with every hit marked.
  function excerpt(item, words) {
    const language = root.dataset.lang;
    const hit = (s) => words.some((w) => s.includes(w));
    const useEn = hit(item.lowEn) && (language === 'en' || !hit(item.lowZh));
    const s = useEn ? item.en : item.zh;
    const low = useEn ? item.lowEn : item.lowZh;
    const first = Math.min(...words.map((w) => low.indexOf(w)).filter((i) => i >= 0));
    const room = useEn ? 90 : 45;
    const from = first > room ? first - room / 2 : 0;
    const cut = s.slice(from, from + room * 2);
    const pattern = new RegExp(words.map((w) =>
      escape(w).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'gi');
    return (from > 0 ? '…' : '') + escape(cut).replace(pattern, '<mark>$&</mark>') +
      (from + room * 2 < s.length ? '…' : '');
  }

  function name(item) {
    const [, number, zh, en] = pages[item.page];
    const section = item.section && item.section.page === item.page ? item.section : null;
    const pick = (a, b) => root.dataset.lang === 'en' ? b || a : a;
    return escape(section && item.kind !== 'h' ? pick(section.zh, section.en).trim()
      : `${number} ${pick(zh, en)}`.trim());
  }

  const kinds = {
    zh: { i: '标识符', c: '代码块', h: '标题', f: '图', t: '表', x: '练习', p: '' },
    en: { i: 'identifier', c: 'chunk', h: 'heading', f: 'figure', t: 'table', x: 'exercise', p: '' },
  };

  let input, results;

  function show() {
    const query = input.value.trim();
    const english = root.dataset.lang === 'en';
    if (!query || !items.length) {
      close();
      return;
    }
    const words = query.toLowerCase().split(/\s+/);
    const found = find(query);
    const most = 50;
    results.innerHTML = found.slice(0, most).map((item, i) => {
      const kind = item.title ? '' : kinds[english ? 'en' : 'zh'][item.kind];
      const text = item.title || (item.kind === 'i' || item.kind === 'c'
        ? `<code>${excerpt(item, words)}</code>` : excerpt(item, words));
      return `<a role="option" id="r${i}" aria-selected="false" href="${pages[item.page][0]}#${item.id}">` +
        `<small>${[kind, item.kind === 'h' ? '' : name(item)].filter(Boolean).join(' · ')}` +
        `</small>${text}</a>`;
    }).join('') + `<p>${english ? `${found.length} found` : `共${found.length}处`}` +
      (found.length > most ? (english ? `, the first ${most} shown` : `，显示前${most}处`) : '') + '</p>';
    results.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    input.removeAttribute('aria-activedescendant');
  }

  function close() {
    results.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }

  function move(step) {
    const all = [...results.querySelectorAll('a')];
    if (!all.length) {
      return;
    }
    const now = all.findIndex((a) => a.getAttribute('aria-selected') === 'true');
    const next = all[(now + step + all.length + (now < 0 && step < 0 ? 1 : 0)) % all.length];
    if (now >= 0) {
      all[now].setAttribute('aria-selected', 'false');
    }
    next.setAttribute('aria-selected', 'true');
    next.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', next.id);
  }

  function searching() {
    input = document.querySelector('.search input');
    results = document.getElementById('results');
    let waiting;
    input.addEventListener('focus', need);
    input.addEventListener('input', () => {
      need();
      clearTimeout(waiting);
      waiting = setTimeout(show, 60);
    });
    input.addEventListener('keydown', (e) => {
      if (e.isComposing) {
        return;
      }
      if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
        e.preventDefault();
        move(e.key === 'ArrowDown' ? 1 : -1);
      } else if (e.key === 'Escape') {
        close();
      } else if (e.key === 'Enter') {
        e.preventDefault();
        const a = results.querySelector('a[aria-selected=true]') || results.querySelector('a');
        if (a && !results.hidden) {
          a.click();
        }
      }
    });
    results.addEventListener('click', (e) => {
      if (e.target.closest('a')) {
        close();
        input.blur();
      }
    });
    document.addEventListener('click', (e) => {
      if (!e.target.closest('.search')) {
        close();
      }
    });
    document.addEventListener('keydown', (e) => {
      if (e.key === '/' && !e.ctrlKey && !e.metaKey && !e.altKey &&
          !/^(INPUT|TEXTAREA)$/.test(e.target.tagName)) {
        e.preventDefault();
        input.focus();
      }
    });
    document.querySelector('.search').addEventListener('submit', (e) => e.preventDefault());
  }

  // --- the page ---------------------------------------------------------------------

  function menu() {
    const button = document.querySelector('.menu');
    const set = (open) => {
      document.body.classList.toggle('menu-open', open);
      button.setAttribute('aria-expanded', open);
    };
    button.addEventListener('click', () => set(!document.body.classList.contains('menu-open')));
    document.getElementById('contents').addEventListener('click', (e) => {
      if (e.target.closest('a')) {
        set(false);
      }
    });
    document.addEventListener('keydown', (e) => {
      if (e.key === 'Escape') {
        set(false);
      }
    });
    const here = document.querySelector('#contents [aria-current]');
    if (here) {
      const list = document.getElementById('contents');
      list.scrollTop = here.offsetTop - list.clientHeight / 3;
    }
  }

  for (const key of ['lang', 'theme']) {
    if (asked.get(key)) {
      remember(key, asked.get(key));
    }
  }
  const language = recall('lang');
  setLanguage(/^(zh|en|both)$/.test(language) ? language : ofBrowser());
  const theme = recall('theme');
  if (theme === 'light' || theme === 'dark') {
    root.dataset.theme = theme;
  }

  document.addEventListener('DOMContentLoaded', () => {
    setLanguage(root.dataset.lang);
    showTheme();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showTheme);
    for (const b of document.querySelectorAll('.switch button')) {
      b.addEventListener('click', () => {
        remember('lang', b.dataset.set);
        keepPlace(() => setLanguage(b.dataset.set));
      });
    }
    document.querySelector('.dark').addEventListener('click', () => {
      const wanted = isDark() ? 'light' : 'dark';
      remember('theme', wanted);
      setTheme(wanted);
    });
    if (!kept()) {
      document.addEventListener('click', carry, true);
    }
    menu();
    searching();
  });

  return { search: load };
})();

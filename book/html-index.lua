-- html-index.lua: the indexes as HTML.
--
--   local list = dofile(folder .. '/html-index.lua')(doc, chunks)
--
-- doc: the tree of edition.lua; chunks as in index.lua. Each index has a label, a
-- title (zh, en) and html(tools), which returns its HTML; tools are code (of
-- html-code.lua) and the functions href, say, pair and escape (of html.lua).

local folder = PANDOC_SCRIPT_FILE:match('^(.*)/') or '.'
local index = dofile(folder .. '/index.lua')
local glossary = dofile(folder .. '/glossary.lua')

local function chunk_numbers(list, t, most)
  local out = {}
  for i, n in ipairs(list) do
    if i > most then
      out[i] = '…'
      break
    end
    out[i] = '<a href="' .. t.href('c.' .. n) .. '">' .. n .. '</a>'
  end
  return table.concat(out, ' ')
end

-- Entries under their first letters, with a line of letters to jump by; kind is
-- the element around those of a letter.
local function by_letter(list, kind, entry)
  local out, letters, last = {}, {}, nil
  for _, x in ipairs(list) do
    local l = x.name:upper():match('^%a') or '_'
    if l ~= last then
      if last then
        out[#out + 1] = '</' .. kind .. '>'
      end
      letters[#letters + 1] = '<a href="#i-' .. l .. '">' .. l .. '</a>'
      out[#out + 1] = '<h2 id="i-' .. l .. '">' .. l .. '</h2>\n<' .. kind ..
        ' class="entries">'
      last = l
    end
    out[#out + 1] = entry(x)
  end
  return '<p class="letters">' .. table.concat(letters, ' ') .. '</p>\n' ..
    table.concat(out, '\n') .. '</' .. kind .. '>'
end

local function note(t, zh, en)
  return t.pair(zh, en) .. '\n'
end

return function(doc, chunks)
  local all = index(chunks)
  local list = {}
  -- A heading without a number has that of its chapter; the preface has none.
  local number, chapter = {}, nil
  for _, b in ipairs(doc.blocks) do
    if b.t == 'Header' then
      if b.level == 1 then
        chapter = b.attributes.number
      end
      number[b.identifier] = b.attributes.number or chapter
    end
  end
  local function section(label, t)
    return '<a href="' .. t.href(label) .. '">' ..
      (number[label] or t.say('前言', 'preface')) .. '</a>'
  end
  local function add(label, zh, en, html)
    list[#list + 1] = { label = label, zh = zh, en = en, html = html }
  end

  add('idx:files', '文件与代码块', 'Files and their chunks', function(t)
    local out = {}
    for _, f in ipairs(all.files) do
      local names = {}
      for i, x in ipairs(f.functions) do
        names[i] = '<a href="' .. t.code.home(x.name, x.chunk) .. '"><code>' .. x.name ..
          '</code></a>'
      end
      out[#out + 1] = '<dt><code>' .. t.escape(f.name) .. '</code></dt><dd>' ..
        chunk_numbers(f.chunks, t, 1e9) .. (#names > 0 and '<br/>' or '') ..
        table.concat(names, ', ') .. '</dd>'
    end
    return note(t, '每个文件由哪些代码块组成，按它们在文件里的次序；下面是其中的函数。',
      'The chunks of which each file is made, in the order of the file, and its functions.') ..
      '<dl class="entries wide">' .. table.concat(out, '\n') .. '</dl>'
  end)

  add('idx:chunks', '代码块索引', 'Index of chunks', function(t)
    return note(t, '代码块的名字与编号。', 'The name of each chunk and its number.') ..
      by_letter(all.chunks, 'ul', function(c)
        return '<li>' .. t.code.name(c.n) .. '</li>'
      end)
  end)

  add('idx:names', '标识符索引', 'Index of identifiers', function(t)
    return note(t, '名字链接到定义；号码是用到它的代码块。',
      'A name leads to its definition; the numbers are the chunks that use it.') ..
      by_letter(all.names, 'dl', function(d)
        return '<dt><a href="' .. t.code.home(d.name, d.home) .. '"><code>' .. d.name ..
          '</code></a> <a class="home" href="' .. t.href('c.' .. d.home) .. '">' .. d.home ..
          '</a></dt><dd>' .. chunk_numbers(d.uses, t, 40) .. '</dd>'
      end)
  end)

  add('idx:calls', '系统调用索引', 'Index of system calls', function(t)
    local out = {}
    for _, c in ipairs(all.calls) do
      local there = c.chunk and t.code.home('sys_' .. c.name:gsub('^_', ''), c.chunk)
      out[#out + 1] = '<tr><td>' .. c.number .. '</td><td>' .. (there and '<a href="' ..
        there .. '">' or '') .. '<code>' .. c.name .. '</code>' .. (there and '</a>' or '') ..
        '</td><td>' .. (c.chunk and t.code.name(c.chunk) or '') .. '</td></tr>'
    end
    return note(t, '号码、名字和实现它的代码块。',
      'The number, the name, and the chunk that carries the call out.') ..
      '<div class="rows"><table><thead><tr><th>' .. t.say('号码', 'number') .. '</th><th>' ..
      t.say('名字', 'name') .. '</th><th>' .. t.say('代码块', 'chunk') ..
      '</th></tr></thead><tbody>' .. table.concat(out, '\n') .. '</tbody></table></div>'
  end)

  local terms = glossary.terms(doc)
  local places = glossary.places(doc, terms)
  add('idx:terms', '术语索引', 'Index of terms', function(t)
    local out = {}
    for i, x in ipairs(terms) do
      local there, found = {}, 0
      if x.label then
        there[1] = '<b>' .. section(x.label, t) .. '</b>'
      end
      for _, p in ipairs(places[i]) do
        if p.section ~= x.label and found < 24 then
          found = found + 1
          there[#there + 1] = section(p.section, t)
        end
      end
      if #places[i] > found + 1 then
        there[#there + 1] = '…'
      end
      out[i] = '<dt><span lang="zh-CN">' .. t.escape(x.zh) .. '</span> <small>' ..
        t.escape(x.pinyin) .. '</small> <span lang="en">' .. t.escape(x.en) ..
        '</span></dt><dd>' .. table.concat(there, ', ') .. '</dd>'
    end
    return note(t, '按拼音排列；粗体是讲这个术语的那一节，其余是用到它的各节。',
      'In the order of pinyin; in bold the section that tells about the term, then those that use it.') ..
      '<dl class="entries">' .. table.concat(out, '\n') .. '</dl>'
  end)

  return list
end

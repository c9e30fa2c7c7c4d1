-- glossary.lua: the terms of the book, for filters.
--
-- Input:  the tree of reader.lua; its box "::: glossary" holds one table, whose
--         columns are Chinese, pinyin, English, meaning, not, section.
-- Output: a module: terms(doc) reads the table, finder(list) finds terms in a
--         text, places(doc, list) finds the paragraphs that use each term.
--
-- "Not" lists the renderings that the book does not use: those with Han are looked
-- for in Chinese text, the others in English text, both as longest matches: where
-- a term holds a forbidden word, the term counts and not the word.

local folder = PANDOC_SCRIPT_FILE:match('^(.*)/') or '.'
local script = dofile(folder .. '/script.lua')
local M = {}

-- --- text -------------------------------------------------------------------

-- The words of a list of inlines or blocks, without code, references, formulas.
function M.text(list)
  local out = {}
  local function walk(l)
    for _, x in ipairs(l) do
      local t = x.t
      if t == 'Str' then
        out[#out + 1] = x.text
      elseif t == 'Space' or t == 'SoftBreak' or t == 'LineBreak' then
        out[#out + 1] = ' '
      elseif t == 'Code' or t == 'Math' or t == 'RawInline'
        or t == 'Link' and x.classes:includes('ref') then
        out[#out + 1] = '`'
      elseif x.content then
        if t == 'Para' or t == 'Plain' then
          out[#out + 1] = '\n'
        end
        walk(x.content)
      end
    end
  end
  walk(list)
  return table.concat(out)
end

-- One form for singular and plural, large and small letters.
local function singular(w)
  w = w:lower()
  if #w > 4 and w:find('ies$') then
    return (w:gsub('ies$', 'y'))
  elseif w:find('[sxh]es$') then
    return (w:gsub('es$', ''))
  elseif #w > 3 and w:find('[^suiSUI]s$') then
    return (w:gsub('s$', ''))
  end
  return w
end

-- --- the table --------------------------------------------------------------

local function split(s)
  local out = {}
  for w in (s:gsub('、', ',') .. ','):gmatch('%s*(.-)%s*,') do
    if w ~= '' and w ~= '–' then
      out[#out + 1] = w
    end
  end
  return out
end

-- The rows of the glossary as { zh =, pinyin =, en =, meaning = (blocks),
-- paired = (the Chinese stands in bold),
-- label =, not_zh =, not_en = (lists) }, in the order of the book.
function M.terms(doc)
  local list = {}
  local function row(r)
    local cell = {}
    for i, c in ipairs(r.cells) do
      cell[i] = M.text(c.contents):gsub('^%s+', ''):gsub('%s+$', '')
    end
    local t = {
      zh = cell[1], pinyin = cell[2], en = cell[3],
      meaning = r.cells[4].contents, not_zh = {}, not_en = {},
    }
    pandoc.Div(r.cells[1].contents):walk {
      Strong = function() t.paired = true end,
    }
    pandoc.Div(r.cells[6].contents):walk {
      Link = function(l) t.label = l.target:sub(2) end,
    }
    for _, w in ipairs(split(cell[5]:gsub(' / ', ','))) do
      table.insert(script.has_han(w) and t.not_zh or t.not_en, w)
    end
    list[#list + 1] = t
  end
  doc:walk {
    Div = function(d)
      if d.classes[1] == 'glossary' then
        d:walk {
          Table = function(t)
            for _, b in ipairs(t.bodies) do
              for _, r in ipairs(b.body) do row(r) end
            end
          end,
        }
      end
    end,
  }
  return list
end

-- --- finding ----------------------------------------------------------------

-- Chinese: candidates by their first character, the longest first.
local function chinese(words)
  local by = {}
  for _, w in ipairs(words) do
    local first = w.text:match('^[%z\1-\x7f\xc2-\xf4][\x80-\xbf]*')
    by[first] = by[first] or {}
    table.insert(by[first], w)
  end
  for _, l in pairs(by) do
    table.sort(l, function(a, b) return #a.text > #b.text end)
  end
  return function(s, found)
    local at = 1
    while at <= #s do
      local c = s:match('^[%z\1-\x7f\xc2-\xf4][\x80-\xbf]*', at)
      local step = c and #c or 1
      for _, w in ipairs(c and by[c] or {}) do
        if s:sub(at, at + #w.text - 1) == w.text then
          found(w)
          step = #w.text
          break
        end
      end
      at = at + step
    end
  end
end

-- English: candidates by their first word, the longest first.
local function english(words)
  local by = {}
  for _, w in ipairs(words) do
    local t = {}
    for x in w.text:gmatch("[%w'-]+") do
      t[#t + 1] = singular(x)
    end
    w.words = t
    by[t[1]] = by[t[1]] or {}
    table.insert(by[t[1]], w)
  end
  for _, l in pairs(by) do
    table.sort(l, function(a, b) return #a.words > #b.words end)
  end
  return function(s, found)
    local text, gap = {}, {}
    local last = 1
    for from, x, to in s:gmatch("()([%w'-]+)()") do
      text[#text + 1] = singular(x)
      gap[#text] = s:sub(last, from - 1)
      last = to
    end
    local at = 1
    while at <= #text do
      local step = 1
      for _, w in ipairs(by[text[at]] or {}) do
        local same = true
        for i, x in ipairs(w.words) do
          if text[at + i - 1] ~= x or i > 1 and gap[at + i - 1]:find('%S') then
            same = false
            break
          end
        end
        if same then
          found(w)
          step = #w.words
          break
        end
      end
      at = at + step
    end
  end
end

-- Two functions zh(text) and en(text). Each gives the numbers of the terms that
-- the text uses (each once), and a list of the forbidden words in it, each as
-- { word =, term = }.
function M.finder(list)
  local function make(search, good, bad)
    local words = {}
    for n, t in ipairs(list) do
      words[#words + 1] = { text = t[good], term = n }
      for _, w in ipairs(t[bad]) do
        words[#words + 1] = { text = w, term = n, bad = true }
      end
    end
    local run = search(words)
    return function(s)
      local used, wrong, seen = {}, {}, {}
      run(s, function(w)
        if w.bad then
          wrong[#wrong + 1] = { word = w.text, term = list[w.term] }
        elseif not seen[w.term] then
          seen[w.term] = true
          used[#used + 1] = w.term
        end
      end)
      return used, wrong
    end
  end
  return { zh = make(chinese, 'zh', 'not_zh'), en = make(english, 'en', 'not_en') }
end

-- For each term the places that use it: the first paragraph of each section, as
-- { chapter =, section = (labels), line = (attribute of the paragraph), lang = }.
-- One place a chapter with by == 'chapter'.
function M.places(doc, list, by)
  local find, places, seen = M.finder(list), {}, {}
  for n in ipairs(list) do
    places[n], seen[n] = {}, {}
  end
  local chapter, section = '', ''
  local function walk(blocks)
    for _, b in ipairs(blocks) do
      if b.t == 'Header' then
        if b.level == 1 then
          chapter = b.identifier
        end
        section = b.identifier ~= '' and b.identifier or section
      elseif b.t == 'Div' then
        local lang = b.classes[1]
        if lang == 'zh' or lang == 'en' then
          for _, n in ipairs((find[lang](M.text(b.content)))) do
            local key = by == 'chapter' and chapter or section
            if seen[n][key] == nil or seen[n][key] == lang then
              -- Either language, but the first that there is: a pair counts once.
              if seen[n][key] == nil then
                table.insert(places[n], { chapter = chapter, section = section,
                  line = b.attributes.line, lang = lang })
              end
              seen[n][key] = lang
            end
          end
        elseif lang ~= 'glossary' then
          walk(b.content)
        end
      end
    end
  end
  walk(doc.blocks)
  return places
end

return M

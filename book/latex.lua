-- latex.lua: a pandoc filter, the layout of the printed book.
--
-- Input:  the tree of edition.lua; metadata "edition".
-- Output: a tree for pandoc's LaTeX writer; chunks, headings, references, boxes
--         and figures are raw LaTeX in the macros of template.tex. Appends the
--         indexes of files, chunks and identifiers.

local folder = PANDOC_SCRIPT_FILE:match('^(.*)/') or '.'
local lex = dofile(folder .. '/code.lua')

local edition = 'both'
local chunks, first_of, home = {}, {}, {}
local level = {}
local in_main = false

-- --- words in the edition's language ----------------------------------------

local function say(zh, en)
  if edition == 'zh' then
    return zh
  elseif edition == 'en' then
    return en
  end
  return zh .. ' ' .. en
end

-- --- LaTeX --------------------------------------------------------------------

local special = {
  ['\\'] = '\\char92{}', ['{'] = '\\{', ['}'] = '\\}', ['$'] = '\\$',
  ['&'] = '\\&', ['#'] = '\\#', ['^'] = '\\char94{}', ['_'] = '\\_',
  ['%'] = '\\%', ['~'] = '\\char126{}', ["'"] = '\\char39{}',
  ['`'] = '\\char96{}', ['"'] = '\\char34{}', ['-'] = '-{}',
}
local function tex(s)
  return (s:gsub('[\\{}$&#^_%%~\'`"-]', special))
end

-- Code in a fixed-width line: blanks count.
local function fixed(s)
  return (tex(s):gsub(' ', '\\ '))
end

-- Code in prose: may break after these.
local function code(s)
  local t = tex(s):gsub('\\_', '\\_\\brk{}'):gsub('([/,(>])', '%1\\brk{}')
  return '\\code{' .. t .. '}'
end

local function raw(s)
  return pandoc.RawInline('latex', s)
end

local function block(s)
  return pandoc.RawBlock('latex', s)
end

local function inlines(list)
  local out = {}
  for _, x in ipairs(list) do
    if x.t == 'Str' then
      out[#out + 1] = tex(x.text)
    elseif x.t == 'Space' or x.t == 'SoftBreak' then
      out[#out + 1] = ' '
    elseif x.t == 'Code' then
      out[#out + 1] = code(x.text)
    elseif x.t == 'RawInline' then
      out[#out + 1] = x.text
    elseif x.t == 'Quoted' then
      out[#out + 1] = '``' .. inlines(x.content) .. "''"
    elseif x.t == 'Span' and x.classes:includes('en') then
      out[#out + 1] = '\\headen{' .. inlines(x.content) .. '}'
    elseif x.content then
      out[#out + 1] = inlines(x.content)
    end
  end
  return table.concat(out)
end

-- --- chunks -----------------------------------------------------------------

local style = {
  comment = 'tC', string = 'tS', keyword = 'tK', directive = 'tD', register = 'tR',
}

local function use(name)
  local n = first_of[name] or 0
  return '\\use{' .. n .. '}{' .. tex(name) .. '}'
end

local function code_line(state, line, n)
  local out, before = {}, ''
  lex(state, line, function(kind, text)
    if kind == 'use' then
      out[#out + 1] = use(text)
    elseif kind == 'name' then
      local key = before:match('^struct $') and 'struct ' .. text
        or before:match('^union $') and 'union ' .. text or text
      local there = home[key]
      if there and there ~= n then
        out[#out + 1] = '\\il{' .. there .. '}{' .. tex(text) .. '}'
      else
        out[#out + 1] = tex(text)
      end
    elseif style[kind] then
      out[#out + 1] = '\\' .. style[kind] .. '{' .. fixed(text) .. '}'
    else
      out[#out + 1] = fixed(text)
    end
    before = kind == 'keyword' and text or before .. text
  end)
  return table.concat(out)
end

-- "12 (p. 3), 14 (p. 5)"
local function numbers(list, pages)
  local out = {}
  for n in list:gmatch('%d+') do
    out[#out + 1] = (pages and '\\cnp{' or '\\cn{') .. n .. '}'
  end
  return table.concat(out, ', '), #out
end

local function chunk(b)
  local a = b.attributes
  local n, out = tonumber(a.n), {}
  local nav = (a.prev and '\\before{' .. a.prev .. '}' or '') ..
    (a.next and '\\after{' .. a.next .. '}' or '')
  out[#out + 1] = ('\\begin{chunk}\\chunkhead{%d}{%s}{%s}{%s}{%s}'):format(n,
    a.first, (a.file and '\\file{' or '\\name{') .. tex(a.name) .. '}',
    a.prev and '+' or '', nav)
  local state, line = {}, tonumber(a.line)
  local list = {}
  for l in (b.text .. '\n'):gmatch('([^\n]*)\n') do
    list[#list + 1] = l
  end
  for i, l in ipairs(list) do
    -- Neither the first two lines nor the last two are parted.
    local keep = (i == 1 or i == #list - 1) and #list > 1 and '\\keep' or ''
    out[#out + 1] = ('\\cl{%d}{%s}%s'):format(line + i - 1,
      code_line(state, l, n), keep)
  end
  local foot = {}
  if a.defines ~= '' then
    local t = {}
    for s in a.defines:gmatch('[^,]+') do
      t[#t + 1] = '\\code{' .. tex(s):gsub('\\_', '\\_\\brk{}') .. '}'
    end
    if #t <= 8 then
      foot[#foot + 1] = say('定义', 'defines') .. ' ' .. table.concat(t, ', ')
    end
  end
  if not a.prev then
    local list, count = numbers(a.also:gsub('^%d+ ?', '', 1), true)
    if count > 4 then
      list = numbers(a.also:gsub('^%d+ ?', '', 1), false)
    end
    if count > 0 then
      foot[#foot + 1] = say('续于', 'continued in') .. ' ' .. list
    end
    if a.usedby ~= '' then
      foot[#foot + 1] = say('用于', 'used in') .. ' ' .. numbers(a.usedby, true)
    end
  end
  if #foot > 0 then
    out[#out + 1] = '\\chunkfoot{' .. table.concat(foot, '\\footsep ') .. '}'
  end
  out[#out + 1] = '\\end{chunk}'
  return block(table.concat(out, '\n'))
end

-- --- figures, boxes, tables ---------------------------------------------------

local function width(s)
  local w = 0
  for _, c in utf8.codes(s) do
    w = w + (c >= 0x2e80 and 2 or 1)
  end
  return w
end

local function figure(b)
  local out, widest = {}, 0
  for l in (b.text .. '\n'):gmatch('([^\n]*)\n') do
    widest = math.max(widest, width(l))
    out[#out + 1] = '\\fl{' .. fixed(l) .. '}'
  end
  return block('\\begin{drawing}{' .. widest .. '}\n' ..
    table.concat(out, '\n') .. '\n\\end{drawing}')
end

local boxes = {
  history = { '历史', 'History' }, pitfall = { '陷阱', 'Pitfall' },
  try = { '试一试', 'Try it' }, exercise = { '习题', 'Exercise' },
}

-- Columns of a table: as wide as their cells if all fit, else in proportion.
local function columns(t)
  local most, total = {}, 0
  local function row(r)
    for i, c in ipairs(r.cells) do
      -- The English half stands on a line of its own.
      local all, half = width(pandoc.utils.stringify(c.contents)), 0
      pandoc.Div(c.contents):walk {
        Span = function(s) half = half + width(pandoc.utils.stringify(s)) end,
      }
      most[i] = math.max(most[i] or 3, half, all - half)
    end
  end
  for _, r in ipairs(t.head.rows) do row(r) end
  for _, b in ipairs(t.bodies) do
    for _, r in ipairs(b.body) do row(r) end
  end
  for i, w in ipairs(most) do
    most[i] = math.min(w, 46) + 3
    total = total + most[i]
  end
  local fill = math.min(1, total / 78)
  for i, spec in ipairs(t.colspecs) do
    spec[2] = (most[i] or 3) / total * fill
  end
  return t
end

-- --- prose --------------------------------------------------------------------

local function reference(language)
  return function(l)
    if not l.classes:includes('ref') then
      return nil
    end
    local label = l.target:gsub('^#', '')
    local kind = level[label]
    local before, after = '§', ''
    if not kind then
      return raw('??')
    elseif language == 'zh' then
      before, after = '第', kind == 1 and '章' or '节'
    elseif language == 'en' then
      before = kind == 1 and 'chapter~' or 'section~'
    end
    if label:find('^sec:preface') then
      return raw('\\hyperref[' .. label .. ']{' ..
        (language == 'en' and 'the preface' or '前言') .. '}')
    end
    return raw('\\hyperref[' .. label .. ']{' .. before .. '\\ref*{' .. label ..
      '}' .. after .. '}')
  end
end

local function paragraph(d)
  local language = d.classes[1]
  d = d:walk {
    Link = reference(language),
    Quoted = function(q)
      q.content:insert(1, raw(q.quotetype == 'SingleQuote' and '`' or '``'))
      q.content:insert(raw(q.quotetype == 'SingleQuote' and "'" or "''"))
      return q.content
    end,
  }
  if language == 'en' and edition == 'both' then
    return { block('\\begin{en}'), d.content[1], block('\\end{en}') }
  end
  return d.content
end

local function heading(h)
  local label = h.identifier
  local command = ({ 'chapter', 'section', 'subsection', 'subsubsection' })[h.level]
  local title = inlines(h.content)
  local out = ''
  if h.level == 1 and label ~= 'sec:preface' and not in_main then
    in_main = true
    out = '\\mainmatter\\setcounter{secnumdepth}{2}\n'
  end
  out = out .. '\\' .. command .. '{' .. title .. '}'
  if label ~= '' then
    out = out .. '\\label{' .. label .. '}'
  end
  if h.level == 1 then
    local zh, en = pandoc.Inlines {}, pandoc.Inlines {}
    for _, x in ipairs(h.content) do
      if x.t == 'Span' then en:extend(x.content) else zh:insert(x) end
    end
    out = out .. '\\running{' .. inlines(zh) .. '}{' ..
      inlines(#en > 0 and en or zh) .. '}'
  end
  return block(out)
end

-- --- indexes --------------------------------------------------------------------

local function sorted(t)
  local keys = {}
  for k in pairs(t) do
    keys[#keys + 1] = k
  end
  table.sort(keys, function(a, b)
    local x, y = a:lower(), b:lower()
    if x == y then
      return a < b
    end
    return x < y
  end)
  return keys
end

local function indexes(blocks)
  local function section(zh, en, label, text)
    local title = edition == 'zh' and zh or edition == 'en' and en
      or zh .. ' \\headen{' .. en .. '}'
    blocks:insert(block('\\chapter{' .. title .. '}\\label{' .. label ..
      '}\\running{' .. (edition == 'en' and en or zh) .. '}{' ..
      (edition == 'zh' and zh or en) .. '}'))
    blocks:insert(block(text))
  end
  local files, names, uses = {}, {}, {}
  for _, b in ipairs(chunks) do
    local a = b.attributes
    if not a.prev then
      (a.file and files or names)[a.name] = a
    end
    for s in a.uses:gmatch('[^,]+') do
      uses[s] = uses[s] or {}
      table.insert(uses[s], a.n)
    end
  end
  local out
  blocks:insert(block('\\backmatter'))
  out = { '\\begin{indexlist}' }
  for _, k in ipairs(sorted(files)) do
    out[#out + 1] = '\\entry{\\code{' .. tex(k):gsub('/', '/\\brk{}') .. '}} ' ..
      numbers(files[k].also, false)
  end
  out[#out + 1] = '\\end{indexlist}'
  section('文件索引', 'Index of files', 'idx:files', table.concat(out, '\n\n'))
  out = { '\\begin{indexlist}' }
  for _, k in ipairs(sorted(names)) do
    out[#out + 1] = '\\entry{\\textit{' .. tex(k) .. '}} ' ..
      numbers(names[k].also:gsub(' .*', ''), true)
  end
  out[#out + 1] = '\\end{indexlist}'
  section('代码块索引', 'Index of chunks', 'idx:chunks', table.concat(out, '\n\n'))
  out = { '\\begin{indexlist}' }
  for _, k in ipairs(sorted(home)) do
    local list = {}
    for _, n in ipairs(uses[k] or {}) do
      if tonumber(n) ~= home[k] and #list < 40 then
        list[#list + 1] = '\\cn{' .. n .. '}'
      end
    end
    out[#out + 1] = '\\entry{\\code{' .. tex(k):gsub('\\_', '\\_\\brk{}') ..
      '}} \\textbf{\\cnp{' .. home[k] .. '}}' ..
      (#list > 0 and ', ' or '') .. table.concat(list, ', ') ..
      (#list == 40 and ', \\dots' or '')
  end
  out[#out + 1] = '\\end{indexlist}'
  section('标识符索引', 'Index of identifiers', 'idx:names',
    table.concat(out, '\n\n'))
end

-- --- the document -----------------------------------------------------------------

function Pandoc(doc)
  edition = pandoc.utils.stringify(doc.meta.edition or 'both')
  doc:walk {
    CodeBlock = function(b)
      if b.classes:includes('chunk') then
        chunks[tonumber(b.attributes.n)] = b
        local n = tonumber(b.attributes.n)
        first_of[b.attributes.name] = tonumber(b.attributes.first)
        for s in b.attributes.defines:gmatch('[^,]+') do
          home[s] = home[s] or n
        end
      end
    end,
    Header = function(h)
      level[h.identifier] = h.level
    end,
  }
  doc = doc:walk { Header = heading }
  doc = doc:walk {
    Div = function(d)
      local c = d.classes[1]
      if c == 'zh' or c == 'en' or c == 'any' then
        return paragraph(d)
      end
    end,
  }
  doc = doc:walk {
    Link = reference(),
    Table = columns,
  }
  doc = doc:walk {
    CodeBlock = function(b)
      return b.classes:includes('chunk') and chunk(b) or figure(b)
    end,
    Code = function(c) return raw(code(c.text)) end,
    Str = function(s)
      if s.text:find('%w_%w') then
        return raw((tex(s.text):gsub('\\_', '\\_\\brk{}')))
      end
    end,
    Span = function(s)
      if s.classes:includes('en') then
        return { raw('\\newline{\\encolor '), s, raw('}') }
      end
    end,
    Div = function(d)
      local title = boxes[d.classes[1]]
      if title then
        d.content:insert(1, block('\\begin{' .. d.classes[1] .. 'box}{' ..
          say(title[1], title[2]) .. '}'))
        d.content:insert(block('\\end{' .. d.classes[1] .. 'box}'))
        return d.content
      end
    end,
  }
  indexes(doc.blocks)
  return doc
end

-- latex.lua: a pandoc filter, the layout of the printed book.
--
-- Input:  the tree of edition.lua; metadata "edition".
-- Output: a tree for pandoc's LaTeX writer; chunks, headings, references, boxes
--         and figures are raw LaTeX in the macros of template.tex, and comments
--         "% fork.nw:LINE" say where a piece comes from. Appends the indexes.

local folder = PANDOC_SCRIPT_FILE:match('^(.*)/') or '.'
local lex = dofile(folder .. '/code.lua')
local path = dofile(folder .. '/path.lua')
local index = dofile(folder .. '/index.lua')
local width = dofile(folder .. '/script.lua').width
local glossary = dofile(folder .. '/glossary.lua')

local edition = 'both'
local chunks, first_of = {}, {}
local all, entry = {}, {}	-- the indexes; where a name stands in them
local matter = 'front'
local terms, places, marked = {}, {}, {}	-- of the glossary; lines with a label

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

-- Code in prose: may break after these. A name that the book defines is a link,
-- but in headings.
local function code(s, home)
  local t = tex(s):gsub('\\_', '\\_\\brk{}'):gsub('([/,(>])', '%1\\brk{}')
  return '\\code{' .. (home and '\\il{' .. home .. '}{' .. t .. '}' or t) .. '}'
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

local function code_line(state, line, links)
  local out, before = {}, ''
  lex(state, line, function(kind, text)
    if kind == 'use' then
      out[#out + 1] = use(text)
    elseif kind == 'name' then
      local key = before:match('^struct $') and 'struct ' .. text
        or before:match('^union $') and 'union ' .. text or text
      local there = links[key]
      if there then
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
  local state, line, links = {}, tonumber(a.line), {}
  for name, there in a.links:gmatch('([^=;]+)=(%d+)') do
    links[name] = there
  end
  local list = {}
  for l in (b.text .. '\n'):gmatch('([^\n]*)\n') do
    list[#list + 1] = l
  end
  -- A blank line below the head is for the file, not for the page.
  local from = #list > 1 and list[1]:find('^%s*$') and 2 or 1
  for i = from, #list do
    -- Neither the first two lines nor the last two are parted.
    local keep = (i == from or i == #list - 1) and i < #list and '\\keep' or ''
    out[#out + 1] = ('\\cl{%d}{%s}%s'):format(line + i - 1,
      code_line(state, list[i], links), keep)
  end
  local foot = {}
  if a.defines ~= '' then
    local t = {}
    for s in a.defines:gmatch('[^,]+') do
      t[#t + 1] = '\\hyperlink{i.' .. (entry[s] or 0) .. '}{\\code{' ..
        tex(s):gsub('\\_', '\\_\\brk{}') .. '}}'
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

local function figure(b)
  local out, widest = {}, 0
  for l in (b.text .. '\n'):gmatch('([^\n]*)\n') do
    widest = math.max(widest, width(l))
    out[#out + 1] = '\\fl{' .. fixed(l) .. '}'
  end
  return block('\\begin{drawing}{' .. widest .. '}\n' ..
    table.concat(out, '\n') .. '\n\\end{drawing}')
end

-- A drawn figure, which may float to a page where it fits.
local function drawn(d)
  local name = d.attributes.src:match('([^/]*)%.%w+$')
  return block(('%% fork.nw:%s\n\\drawn{%s}{%s-%s}{%s}{%s}'):format(d.attributes.line,
    d.identifier, name, edition, d.attributes.number, inlines(d.content[1].content)))
end

-- A transcript: what is typed stands out.
local function session(b)
  local out, start = {}, 1
  -- What came of one command stays together if it is short; else its first two
  -- lines and its last two do.
  local function close()
    for i = start, #out - 1 do
      if #out - start < 12 or i < start + 2 or i == #out - 1 then
        out[i] = out[i] .. '\\keep'
      end
    end
    start = #out + 1
  end
  for l in (b.text .. '\n'):gmatch('([^\n]*)\n') do
    local typed = l:match('^# (.*)$')
    if typed then
      close()
    end
    out[#out + 1] = typed and '\\typed{' .. fixed(typed) .. '}'
      or '\\printed{' .. fixed(l) .. '}'
  end
  close()
  -- A short one is not torn.
  return block((#out <= 9 and '\\begin{session}[breakable=false]'
    or '\\Needspace{8\\baselineskip}\\begin{session}') .. '\n' ..
    table.concat(out, '\n') .. '\n\\end{session}')
end

local boxes = {
  history = { '历史', 'History' }, pitfall = { '陷阱', 'Pitfall' },
  try = { '试一试', 'Try it' }, exercise = { '练习', 'Exercise' },
  answer = { '练习', 'Exercise' },
}

-- The lines of a box, about: a column is two of a Han, seventy-two make a line.
local function box_lines(d)
  local n = 1
  d:walk {
    Para = function(p) n = n + math.ceil(width(pandoc.utils.stringify(p)) / 72) end,
    CodeBlock = function() n = n + 100 end,
    Table = function() n = n + 100 end,
  }
  return n
end

-- The widest piece of s that no line may break: a word; a Han stands for itself.
local function widest(s)
  local most = 0
  for word in s:gmatch('[^%s/,_%-\xe3-\xef\x80-\xbf]+') do
    most = math.max(most, #word)
  end
  return most
end

-- Columns of a table: as wide as their cells if all fit; else each has what its
-- widest word needs, and the rest goes to those that want it most.
local function columns(t)
  local page = 80
  local want, need, square, rest, total, sizes = {}, {}, {}, page, 0, {}
  local function row(r)
    sizes[#sizes + 1] = {}
    for i, c in ipairs(r.cells) do
      -- The English half stands on a line of its own.
      local s = pandoc.utils.stringify(c.contents)
      local all, half = width(s), 0
      pandoc.Div(c.contents):walk {
        Span = function(x) half = half + width(pandoc.utils.stringify(x)) end,
      }
      local w = math.min(math.max(half, all - half), 60)
      want[i] = math.max(want[i] or 3, w)
      need[i] = math.max(need[i] or 3, widest(s))
      square[i] = (square[i] or 0) + w * w
      sizes[#sizes][i] = { all - half, half }
    end
  end
  for _, r in ipairs(t.head.rows) do row(r) end
  for _, b in ipairs(t.bodies) do
    for _, r in ipairs(b.body) do row(r) end
  end
  for i in ipairs(want) do
    need[i] = math.min(need[i] + 3, 60)
    want[i] = math.max(want[i] + 3 - need[i], 0)
    rest, total = rest - need[i], total + want[i]
  end
  -- If that is not enough for all, it goes by what a cell wants in the mean (of
  -- squares), so that one long cell does not widen a column of short ones.
  local given, left, weight = {}, math.max(0, rest), {}
  for i in ipairs(want) do
    given[i] = total <= left and want[i] or 0
    weight[i] = math.max(math.sqrt(square[i] / #sizes) + 3 - need[i], 1)
  end
  for _ = 1, total > left and #want or 0 do
    local sum, share = 0, left
    for i in ipairs(want) do
      sum = sum + (given[i] < want[i] and weight[i] or 0)
    end
    for i in ipairs(want) do
      if given[i] < want[i] then
        local more = math.min(share * weight[i] / sum, want[i] - given[i])
        given[i], left = given[i] + more, left - more
      end
    end
  end
  local squeeze = rest < 0 and page / (page - rest) or 1
  for i, spec in ipairs(t.colspecs) do
    spec[2] = ((need[i] or 3) * squeeze + (given[i] or 0)) / page
    if t.attr.classes:includes('glossary') then
      spec[2] = ({ 0.125, 0.14, 0.15, 0.38, 0.14, 0.065 })[i]
    end
  end
  -- A table of up to eleven lines is not torn; of a longer one the head and two
  -- rows stay together.
  local lines, start = 0, 0
  for n, r in ipairs(sizes) do
    local most = 1
    for i, x in ipairs(r) do
      local w = t.colspecs[i][2] * page - 2
      most = math.max(most, math.ceil(x[1] / w) + math.ceil(x[2] / w))
    end
    lines = lines + most + 0.25
    start = n <= #t.head.rows + 2 and lines or start
  end
  return { block(('\\Needspace{%.1f\\baselineskip}'):format(
    0.76 * (lines <= 11 and lines or start) + 1.5)), t }
end

-- --- prose --------------------------------------------------------------------

local function reference(language)
  return function(l)
    local label = l.target:sub(2)
    if l.classes:includes('chunk') then
      local n = tonumber(label:match('%d+')) or 0
      local name = tex(l.content[1].text):gsub('\\_', '\\_\\brk{}')
      return raw('\\use{' .. n .. '}{' .. name:gsub('/', '/\\brk{}') .. '}')
    elseif l.classes:includes('ref') then
      local a = l.attributes
      -- The preface has no number.
      local text = a[language or 'number']
      local sign = text and not language and '§' or ''
      text = text or a[edition] or a.zh or '??'
      -- No line begins with the last character of "chapter 18".
      text = text:gsub('(%d)(章)$', '%1\\nobreak\\gap{}%2')
        :gsub('(%d)(节)$', '%1\\nobreak\\gap{}%2')
      return raw('\\hyperlink{' .. label .. '}{' .. sign ..
        text:gsub('\u{a0}', '~') .. '}')
    end
  end
end

-- xeCJK puts a gap between Han and Latin, but does not see it across a link.
local function gaps(list)
  local function han(x, last)
    local c = x and x.t == 'Str' and (last and x.text:match('[%z\1-\127\194-\244][\128-\191]*$')
      or x and x.t == 'Str' and x.text:match('^[%z\1-\127\194-\244][\128-\191]*'))
    c = c and utf8.codepoint(c) or 0
    return c >= 0x3400 and c <= 0x9fff
  end
  local out = pandoc.Inlines {}
  for i, x in ipairs(list) do
    local link = x.t == 'Code' and x.attributes.home
    if link and han(list[i - 1], true) then
      out:insert(raw('\\gap{}'))
    end
    out:insert(x)
    if link and han(list[i + 1]) then
      out:insert(raw('\\gap{}'))
    end
  end
  return out
end

local function paragraph(d)
  local language = d.classes[1]
  if language == 'zh' and d.content[1].content then
    d.content[1].content = gaps(d.content[1].content)
  end
  d = d:walk {
    Link = reference(language),
    Quoted = function(q)
      q.content:insert(1, raw(q.quotetype == 'SingleQuote' and '`' or '``'))
      q.content:insert(raw(q.quotetype == 'SingleQuote' and "'" or "''"))
      return q.content
    end,
  }
  local line = block('% fork.nw:' .. d.attributes.line)
  if marked[d.attributes.line] and d.content[1].content then
    d.content[1].content:insert(1, raw('\\label{l.' .. d.attributes.line .. '}'))
  end
  if language == 'en' and edition == 'both' then
    -- The lines of an en environment are taken apart: a footnote stays outside.
    local notes = {}
    local p = d.content[1]:walk {
      Note = function(n)
        notes[#notes + 1] = '\\footnotetext{' ..
          pandoc.write(pandoc.Pandoc(n.content), 'latex') .. '}'
        return raw('\\footnotemark{}')
      end,
    }
    return { line, block('\\begin{en}'), p,
      block('\\end{en}' .. table.concat(notes)) }
  end
  return { line, d.content[1] }
end

-- The strip at the head of a chapter: the path with its present stages lit.
local function strip(stages)
  local out = {}
  for i, s in ipairs(path) do
    local lit = (',' .. stages .. ','):find(',' .. s[1] .. ',', 1, true)
    local zh, en = s[2] or code(s[1]), s[3] or code(s[1])
    out[i] = '\\' .. (lit and 'lit{' or 'unlit{') ..
      (edition == 'both' and zh ~= en and '\\stages{' .. zh .. '}{' .. en .. '}'
       or edition == 'en' and en or zh) .. '}'
  end
  return '\\strip{' .. table.concat(out, '\\stagearrow ') .. '}'
end

-- The two halves of a heading.
local function halves(h)
  local zh, en = pandoc.Inlines {}, pandoc.Inlines {}
  for _, x in ipairs(h.content) do
    if x.t == 'Span' then en:extend(x.content) else zh:insert(x) end
  end
  return inlines(zh), inlines(#en > 0 and en or zh)
end

local function heading(h)
  local kind, star = h.attributes.kind, h.classes:includes('unnumbered') and '*' or ''
  local command = ({ 'chapter', 'section', 'subsection', 'subsubsection' })[h.level]
  local out = {}
  if (kind == 'chapter' or kind == 'part') and matter == 'front' then
    matter = 'main'
    out[#out + 1] = '\\mainmatter\\setcounter{secnumdepth}{2}'
  elseif kind == 'appendix' and matter ~= 'appendix' then
    matter = 'appendix'
    out[#out + 1] = '\\appendix'
  end
  if kind == 'part' then
    command = 'part'
  end
  -- What every chapter ends with is not in the table of contents.
  local quiet = h.identifier:find('%-linux$') or h.identifier:find('%-exercises$')
  if h.level > 1 then
    out[#out + 1] = ('\\Needspace{%d\\baselineskip}'):format(7 + (h.attributes.room or 0))
  end
  out[#out + 1] = (quiet and '\\quiet' or '') .. '\\' .. command .. star .. '{' ..
    '\\target{' .. h.identifier .. '}' .. inlines(h.content) .. '}\\label{' ..
    h.identifier .. '}'
  if h.level == 1 and kind ~= 'part' then
    local zh, en = halves(h)
    out[#out + 1] = '\\running{' .. zh .. '}{' .. en .. '}'
  end
  if h.attributes.stage then
    out[#out + 1] = strip(h.attributes.stage)
  end
  return block('% fork.nw:' .. (h.attributes.line or '') .. '\n' .. table.concat(out))
end

-- --- indexes --------------------------------------------------------------------

local function name_of(s)
  return '\\code{' .. tex(s):gsub('\\_', '\\_\\brk{}'):gsub('/', '/\\brk{}') .. '}'
end

-- One index of the book, with its entries as LaTeX.
local function append(blocks, zh, en, label, note, entries, small)
  local h = pandoc.Header(1, { pandoc.Str(edition == 'en' and en or zh) },
    pandoc.Attr(label))
  if edition == 'both' then
    h.content:insert(pandoc.Span({ pandoc.Str(en) }, pandoc.Attr('', { 'en' })))
  end
  blocks:insert(heading(h))
  if edition ~= 'en' then
    blocks:insert(block(note[1] .. '\n'))
  end
  if edition ~= 'zh' then
    blocks:insert(block('\\begin{en}' .. note[2] .. '\\end{en}'))
  end
  blocks:insert(block('\\begin{indexlist}\n' .. table.concat(entries, '\n\n') ..
    '\n\\end{indexlist}'))
end

-- The terms in one language, in its order: where a term is explained, in bold, then
-- its first use in each chapter.
local function term_index(blocks, zh, en, label, note, key, other)
  local order, out = {}, {}
  for i, t in ipairs(terms) do
    order[i] = i
  end
  if key == 'en' then
    table.sort(order, function(a, b)
      return terms[a].en:lower() < terms[b].en:lower()
    end)
  end
  for _, i in ipairs(order) do
    local t, pages = terms[i], {}
    if t.label then
      pages[1] = '\\textbf{\\pageref{' .. t.label .. '}}'
    end
    for _, p in ipairs(places[i]) do
      pages[#pages + 1] = '\\pageref{l.' .. p.line .. '}'
    end
    out[#out + 1] = '\\entry{' .. tex(t[key]) ..
      (edition == 'both' and ' ' .. tex(t[other]) or '') .. '} ' ..
      table.concat(pages, ', ')
  end
  append(blocks, zh, en, label, note, out)
end

local function indexes(blocks)
  local out
  blocks:insert(block('\\backmatter'))

  out = {}
  for _, f in ipairs(all.files) do
    out[#out + 1] = '\\entry{' .. name_of(f.name) .. '} ' ..
      numbers(table.concat(f.chunks, ' '), false)
  end
  append(blocks, '文件与代码块', 'Files and their chunks', 'idx:files',
    { '每个文件由哪些代码块组成，按它们在文件里的次序。',
      'The chunks of which each file is made, in the order of the file.' }, out)

  out = {}
  for _, f in ipairs(all.files) do
    if #f.functions > 0 then
      local t = {}
      for i, x in ipairs(f.functions) do
        t[i] = name_of(x.name) .. '~\\hyperlink{c.' .. x.chunk .. '}{\\pageref*{c.' ..
          x.chunk .. '}}'
      end
      out[#out + 1] = '\\entry{\\textbf{' .. name_of(f.name) .. '}} ' ..
        table.concat(t, ', ')
    end
  end
  append(blocks, '从文件到书页', 'From files to pages', 'idx:map',
    { '展开后的每个文件里有哪些函数，各在哪一页。',
      'The functions in each tangled file, and the page of each.' }, out)

  out = {}
  for _, c in ipairs(all.calls) do
    out[#out + 1] = '\\entry{' .. name_of(c.name) .. '} ' .. c.number ..
      (c.chunk and ', \\textbf{\\cnp{' .. c.chunk .. '}}' or '')
  end
  append(blocks, '系统调用索引', 'Index of system calls', 'idx:calls',
    { '名字、号码、实现它的代码块和页。',
      'The name, the number, the chunk that carries the call out, and its page.' }, out)

  out = {}
  for _, c in ipairs(all.chunks) do
    out[#out + 1] = '\\entry{\\textit{' .. tex(c.name) .. '}} ' .. numbers(tostring(c.n), true)
  end
  append(blocks, '代码块索引', 'Index of chunks', 'idx:chunks',
    { '代码块的名字、编号和页。', 'The name of each chunk, its number and its page.' },
    out)

  out = {}
  for _, d in ipairs(all.names) do
    local list = {}
    for i, n in ipairs(d.uses) do
      list[i] = i <= 40 and '\\cn{' .. n .. '}' or i == 41 and '\\dots' or nil
    end
    out[#out + 1] = '\\entry{\\hypertarget{i.' .. entry[d.name] .. '}{}' ..
      name_of(d.name) .. '} \\textbf{\\cnp{' .. d.home ..
      '}}' .. (#list > 0 and ', ' or '') .. table.concat(list, ', ')
  end
  append(blocks, '标识符索引', 'Index of identifiers', 'idx:names',
    { '粗体是定义所在的代码块和页，其余是用到它的代码块。',
      'In bold the chunk and the page of the definition, then the chunks of its uses.' },
    out)

  if edition ~= 'en' then
    term_index(blocks, '术语索引', 'Index of terms, in Chinese', 'idx:terms-zh',
      { '按拼音排列。粗体是讲解所在的页，其余是各章第一次用到它的页。',
        'By pinyin. In bold the page of the explanation, then the first use in each chapter.' },
      'zh', 'en')
  end
  if edition ~= 'zh' then
    term_index(blocks, '英文术语索引', 'Index of terms', 'idx:terms-en',
      { '按字母排列。粗体是讲解所在的页，其余是各章第一次用到它的页。',
        'In bold the page of the explanation, then the first use in each chapter.' },
      'en', 'zh')
  end
end

-- --- the document -----------------------------------------------------------------

function Pandoc(doc)
  edition = pandoc.utils.stringify(doc.meta.edition or 'both')
  terms = glossary.terms(doc)
  places = glossary.places(doc, terms, 'chapter')
  for _, list in ipairs(places) do
    for _, p in ipairs(list) do
      marked[p.line] = true
    end
  end
  doc:walk {
    CodeBlock = function(b)
      if b.classes:includes('chunk') then
        chunks[tonumber(b.attributes.n)] = b
        first_of[b.attributes.name] = tonumber(b.attributes.first)
      end
    end,
  }
  all = index(chunks)
  for i, d in ipairs(all.names) do
    entry[d.name] = i
  end
  doc = doc:walk {
    Div = function(d)
      if d.classes:includes('glossary') then
        return d:walk { Table = function(t) t.attr.classes:insert('glossary') return t end }
      end
    end,
  }
  -- A heading wants room for the box that follows it.
  doc = doc:walk {
    Blocks = function(list)
      for i, b in ipairs(list) do
        if b.t == 'Div' and boxes[b.classes[1]] then
          local n = box_lines(b)
          b.attributes.lines = tostring(n)
          if i > 1 and list[i - 1].t == 'Header' then
            list[i - 1].attributes.room = tostring(n <= 8 and n or 5)
          end
        end
      end
      return list
    end,
  }
  doc = doc:walk { Header = heading }
  doc = doc:walk {
    Div = function(d)
      local c = d.classes[1]
      if c == 'zh' or c == 'en' or c == 'any' then
        return paragraph(d)
      elseif c == 'figure' then
        return drawn(d)
      end
    end,
  }
  doc = doc:walk {
    Table = columns,
  }
  doc = doc:walk {
    Link = reference(),
  }
  doc = doc:walk {
    CodeBlock = function(b)
      return b.classes:includes('chunk') and chunk(b)
        or b.classes:includes('session') and session(b) or figure(b)
    end,
    Code = function(c) return raw(code(c.text, c.attributes.home)) end,
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
        local short = tonumber(d.attributes.lines) <= 8 and '[breakable=false]' or ''
        local there = d.attributes.number
        local name = say(title[1], title[2])
        if there then
          name = name .. ' ' .. there .. '\\target{' .. d.identifier .. '}'
        end
        if d.attributes.answer then
          name = name .. '\\hfill\\hyperlink{' .. d.attributes.answer .. '}{\\footnotesize ' ..
            say('答案', 'answer') .. '}'
        elseif d.classes[1] == 'answer' then
          name = '\\hyperlink{ex:' .. there .. '}{' .. name .. '}'
        end
        d.content:insert(1, block('\\begin{' .. d.classes[1] .. 'box}' .. short .. '{' .. name .. '}'))
        d.content:insert(block('\\end{' .. d.classes[1] .. 'box}'))
        return d.content
      elseif d.classes[1] == 'rows' then
        d.content:insert(1, block('% fork.nw:' .. d.attributes.line))
        return d.content
      end
    end,
  }
  indexes(doc.blocks)
  return doc
end

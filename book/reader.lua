-- reader.lua: a pandoc reader for noweb's pipeline format.
--
-- Input:  markup -t | defs.awk | finduses -noquote
-- Output: pandoc's document tree, with
--   prose   every paragraph in a Div: class "zh", "en" or "any" (no words of
--           either), attribute "line" with its line in fork.nw
--   chunks  a CodeBlock of class "chunk": raw code, a use of another chunk
--           written as \1NAME\2; attributes: n (its number), name, line (of the
--           first line of code), first (number of the first piece of that
--           name), prev, next (pieces), also, usedby (numbers), defines, uses
--           (identifiers), file (when the name is a path)
--   session a CodeBlock of class "session": what came out when book/sessions ran
--           it, whatever stands in the source
--   refs    [@sec:x] is an empty Link of class "ref" to #sec:x; a chunk that is named in
--           prose, [[<<name>>]], is a Link of class "chunk" to #c.NUMBER
--   figures a Div of class "figure" with its label, "src" and "line"; it holds
--           the caption
--   tables  in a Div of class "rows" with "line"
-- Headings and drawings (a CodeBlock of another class) have "line" as well. A
-- heading or a caption "中文 | English" stays as it is: edition.lua cuts it.

local extensions = 'markdown+east_asian_line_breaks-raw_tex-implicit_figures'
  .. '-raw_html-auto_identifiers-subscript-superscript-strikeout'
  .. '-example_lists-citations-simple_tables-multiline_tables-grid_tables'
  .. '-table_captions-blank_before_header-blank_before_blockquote'

-- --- script -----------------------------------------------------------------

-- Counts Han characters and Latin letters.
local function script(s)
  local han, latin = 0, 0
  for _, c in utf8.codes(s) do
    if c >= 0x3400 and c <= 0x9fff then
      han = han + 1
    elseif c >= 65 and c <= 90 or c >= 97 and c <= 122 then
      latin = latin + 1
    end
  end
  return han, latin
end

local function words(inlines)
  local part = {}
  pandoc.Para(inlines):walk {
    Str = function(s) part[#part + 1] = s.text end,
  }
  return table.concat(part, ' ')
end

local function language(inlines)
  local han, latin = script(words(inlines))
  if han * 3 > latin and han > 0 then
    return 'zh'
  end
  return latin > 0 and 'en' or 'any'
end

-- --- the pipeline -----------------------------------------------------------

-- Inline code that survives Markdown, whatever it holds.
local function quoted(code)
  local fence = '`'
  while code:find(fence, 1, true) do
    fence = fence .. '`'
  end
  if code:find('^`') or code:find('`$') or code:find('^%s') then
    code = ' ' .. code .. ' '
  end
  return fence .. code .. fence
end

-- May a mark stand at the head of this line, the first of a block?
local function begins_paragraph(line)
  return not (line:find('^%s') or line:find('^[#|:>]') or line:find('^```') or line:find('^[-*+] ')
    or line:find('^%d+[.)] ') or line == '')
end

-- Cuts the pipeline into Markdown (with one empty code block for each chunk)
-- and the list of chunks.
local function cut(input)
  local markdown, chunks = {}, {}
  local line, chunk, text, fence = 1, nil, {}, false
  local blank, quote, table_open = true, nil, false

  local function emit(s)
    -- "<!-- table: FILE -->" stands for what a run has written: a table, or
    -- paragraphs that say why there is none.
    local run = s:match('^<!%-%- table: (%S+) %-%->$')
    if run then
      local file = io.open(run)
      if not file then
        io.stderr:write('fork.nw:', line, ': no table ', run, '; run it first\n')
        return
      end
      for l in file:lines() do
        emit(l)
      end
      file:close()
      return
    end
    if s:find('^```') then
      if not fence then
        s = s:gsub('^```(%a+)$', '```{.%1}'):gsub('}$', ' line=' .. line .. '}')
      end
      fence = not fence
    elseif not fence then
      if blank and s:find('^|') then
        table_open = true
        markdown[#markdown + 1] = ':::: {.rows line=' .. line .. '}'
      elseif table_open and not s:find('^|') then
        table_open = false
        markdown[#markdown + 1] = '::::'
        markdown[#markdown + 1] = ''
      elseif s:find('^#+ ') then
        s = s:find('}$') and s:gsub('}$', ' line=' .. line .. '}')
          or s .. ' {line=' .. line .. '}'
      end
    end
    if blank and not fence and begins_paragraph(s) then
      s = '[]{line=' .. line .. '}' .. s
    end
    blank = s == '' or s:find('^:::') ~= nil or s:find('^#') ~= nil
    markdown[#markdown + 1] = s
  end

  for l in input:gmatch('([^\n]*)\n') do
    local key, rest = l:match('^@(%w+) ?(.*)$')
    if key == 'text' then
      text[#text + 1] = rest
    elseif key == 'index' then
      local what, name = rest:match('^(%w+) ?(.*)$')
      if what == 'nl' then
        line = line + 1
      elseif chunk and what == 'defn' then
        chunk.defines[#chunk.defines + 1] = name
      elseif chunk and what == 'use' and not chunk.seen[name] then
        chunk.seen[name] = true
        chunk.uses[#chunk.uses + 1] = name
      end
    elseif key == 'nl' then
      if not chunk then
        emit(table.concat(text))
      elseif chunk.started then
        chunk.code[#chunk.code + 1] = table.concat(text)
      else
        chunk.started, chunk.line = true, line + 1
      end
      text, line = {}, line + 1
    elseif key == 'quote' then
      quote, text = text, {}
    elseif key == 'endquote' then
      quote[#quote + 1] = quoted(table.concat(text))
      text, quote = quote, nil
    elseif key == 'use' then
      text[#text + 1] = chunk and '\1' .. rest .. '\2' or '<<' .. rest .. '>>'
      if chunk then
        chunk.refs[#chunk.refs + 1] = rest
      end
    elseif key == 'begin' and rest:find('^code') then
      if #text > 0 then
        emit(table.concat(text))
      end
      emit('')
      text = {}
      chunk = { code = {}, defines = {}, uses = {}, seen = {}, refs = {} }
    elseif key == 'defn' then
      chunk.name = rest
    elseif key == 'end' and rest:find('^code') then
      chunk.n = #chunks + 1
      chunks[chunk.n] = chunk
      for _, s in ipairs { '', '```{.chunk n=' .. chunk.n .. '}', '```', '' } do
        markdown[#markdown + 1] = s
      end
      chunk, text, blank = nil, {}, true
    elseif key == 'begin' then
      text, blank = {}, true
    elseif key == 'file' then
      line = 1
    end
  end
  return table.concat(markdown, '\n') .. '\n', chunks
end

-- --- chunks -----------------------------------------------------------------

-- Pieces of one name, and who uses it.
local function connect(chunks)
  local pieces, usedby = {}, {}
  for n, c in ipairs(chunks) do
    pieces[c.name] = pieces[c.name] or {}
    table.insert(pieces[c.name], n)
  end
  for n, c in ipairs(chunks) do
    for _, name in ipairs(c.refs) do
      usedby[name] = usedby[name] or {}
      local t = usedby[name]
      if t[#t] ~= n then
        t[#t + 1] = n
      end
    end
  end
  return pieces, usedby
end

local function chunk_block(c, pieces, usedby)
  local same = pieces[c.name]
  local attributes = {
    n = tostring(c.n), name = c.name, line = tostring(c.line or 0),
    first = tostring(same[1]), defines = table.concat(c.defines, ','),
    uses = table.concat(c.uses, ','),
    usedby = table.concat(usedby[c.name] or {}, ' '),
    also = table.concat(same, ' '),
  }
  for i, n in ipairs(same) do
    if n == c.n then
      attributes.prev = same[i - 1] and tostring(same[i - 1])
      attributes.next = same[i + 1] and tostring(same[i + 1])
    end
  end
  if not usedby[c.name] then
    attributes.file = c.name
  end
  return pandoc.CodeBlock(table.concat(c.code, '\n'),
    pandoc.Attr('', { 'chunk' }, attributes))
end

-- --- sessions ---------------------------------------------------------------

-- What came out of the run of this session, which book/sessions filed under the
-- hash of what is typed; without a run, what stands in the source, and a message.
local function session(b)
  local typed = {}
  for l in (b.text .. '\n'):gmatch('([^\n]*)\n') do
    if #typed == 0 and not l:find('^%$ make qemu') then
      local append = b.attributes.append
      typed[1] = 'make qemu APPEND="quiet' .. (append and ' ' .. append or '') .. '"'
    end
    if #typed == 0 or l:find('^# ') or l:find('^%^[CDZ\\]$') then
      typed[#typed + 1] = l
    end
  end
  local key = pandoc.utils.sha1(table.concat(typed, '\n') .. '\n')
  local file = io.open('build/sessions/' .. key .. '.txt')
  if file then
    b.text = file:read('a'):gsub('\n$', '')
    file:close()
  else
    io.stderr:write('fork.nw:', b.attributes.line,
      ': this session has not been run; try: make sessions\n')
  end
  return b
end

-- --- prose ------------------------------------------------------------------

-- [@sec:x], which the parser leaves as text, becomes a link.
local function references(s)
  if not s.text:find('[@', 1, true) then
    return nil
  end
  local out, at = {}, 1
  while true do
    local from, to, label = s.text:find('%[@(%w+:[%w_-]+)%]', at)
    if not from then
      break
    end
    if from > at then
      out[#out + 1] = pandoc.Str(s.text:sub(at, from - 1))
    end
    out[#out + 1] = pandoc.Link({}, '#' .. label, '',
      pandoc.Attr('', { 'ref' }))
    at = to + 1
  end
  if at <= #s.text then
    out[#out + 1] = pandoc.Str(s.text:sub(at))
  end
  return out
end

local function paragraph(p)
  local line
  if p.content[1] and p.content[1].t == 'Span' then
    line = p.content[1].attributes.line
  end
  if not line then
    return nil
  end
  p.content:remove(1)
  local image = p.content[1]
  if #p.content == 1 and image.t == 'Image' then
    return pandoc.Div({ pandoc.Plain(image.caption) },
      pandoc.Attr(image.identifier, { 'figure' }, { line = line, src = image.src }))
  end
  return pandoc.Div({ p }, pandoc.Attr('', { language(p.content) },
    { line = line }))
end

function Reader(input)
  local markdown, chunks = cut(tostring(input))
  local pieces, usedby = connect(chunks)
  local doc = pandoc.read(markdown, extensions)
  return doc:walk {
    Str = references,
    Code = function(c)
      local name = c.text:match('^<<(.*)>>$')
      if name then
        return pandoc.Link({ pandoc.Code(name) }, '#c.' ..
          (pieces[name] and pieces[name][1] or '?'), '', pandoc.Attr('', { 'chunk' }))
      end
    end,
    Para = paragraph,
    CodeBlock = function(b)
      if b.classes:includes('chunk') then
        return chunk_block(chunks[tonumber(b.attributes.n)], pieces, usedby)
      elseif b.classes:includes('session') then
        return session(b)
      end
    end,
  }
end

-- html.lua: a pandoc filter, the layout of the HTML edition and of the EPUB.
--
-- Input:  the tree of edition.lua; metadata "edition" (both, zh, en), "format"
--         (html, epub).
-- Output: a tree for pandoc's HTML writers. In the edition "both", words of one
--         language are in elements of class "zh" or "en". A pair of paragraphs is
--         a <div class="pair" id="lLINE">. Links lead to pages as html-where.lua
--         names them. Appends the indexes.

local folder = PANDOC_SCRIPT_FILE:match('^(.*)/') or '.'
local where = dofile(folder .. '/html-where.lua')
local new_code = dofile(folder .. '/html-code.lua')
local path = dofile(folder .. '/path.lua')
local indexes = dofile(folder .. '/html-index.lua')

local edition, format = 'both', 'html'
local at, code
local stages = {}

local lang = { zh = 'zh-CN', en = 'en' }

-- --- words --------------------------------------------------------------------

local function escape(s)
  return (s:gsub('&', '&amp;'):gsub('<', '&lt;'):gsub('>', '&gt;'))
end

-- HTML in the edition's language.
local function say(zh, en)
  if edition ~= 'both' then
    return edition == 'zh' and zh or en
  elseif zh == en then
    return zh
  end
  return '<span class="zh" lang="zh-CN">' .. zh .. '</span> <span class="en" lang="en">' ..
    en .. '</span>'
end

-- A pair of paragraphs as HTML.
local function pair(zh, en)
  if edition ~= 'both' then
    return '<p>' .. say(zh, en) .. '</p>'
  end
  return '<div class="pair"><p class="zh" lang="zh-CN">' .. zh ..
    '</p>\n<p class="en" lang="en">' .. en .. '</p></div>'
end

local function raw(s)
  return pandoc.RawInline('html', s)
end

local function block(s)
  return pandoc.RawBlock('html', s)
end

local function span(language, content)
  return pandoc.Span(content, pandoc.Attr('', { language }, { lang = lang[language] }))
end

-- What edition.lua has made of "中文 | English": both halves, or one and nil.
local function halves(content)
  local last = content[#content]
  if last and last.t == 'Span' and last.classes:includes('en') then
    local zh = pandoc.Inlines {}
    for i = 1, #content - 2 do
      zh:insert(content[i])
    end
    return zh, last.content
  end
  return content, nil
end

-- --- inlines --------------------------------------------------------------------

local function reference(l, language)
  local a = l.attributes
  if not a.zh then
    return raw('<span class="missing">??</span>')
  end
  return raw('<a class="ref" href="' .. at.href(l.target:sub(2)) .. '">' ..
    (language and a[language] or say(a.zh, a.en)) .. '</a>')
end

-- Code in prose; what the book defines is a link.
local function quoted(c)
  local text, home = '<code>' .. escape(c.text) .. '</code>', c.attributes.home
  return raw(home and '<a class="id" href="' .. code.home((c.text:gsub('%(%)$', '')),
    tonumber(home)) .. '">' .. text .. '</a>' or text)
end

-- Prose of a language, or of the edition's where there is none.
local function prose(content, language)
  return pandoc.Plain(content):walk {
    Link = function(l)
      if l.classes:includes('ref') then
        return reference(l, language)
      elseif l.classes:includes('chunk') then
        local n = tonumber(l.target:match('%d+$'))
        return n and raw(code.name(n)) or raw('<span class="missing">??</span>')
      end
    end,
    Code = quoted,
  }
end

-- A caption or a cell: its halves, each in its language.
local function words(content)
  local zh, en = halves(content)
  if not en then
    return prose(zh, edition ~= 'both' and edition or nil).content
  end
  return pandoc.Inlines { span('zh', prose(zh, 'zh').content), pandoc.Space(),
    span('en', prose(en, 'en').content) }
end

-- --- headings -------------------------------------------------------------------

-- The path of a call, with the stages of this chapter lit.
local function strip(here)
  local out = {}
  for i, s in ipairs(path) do
    local lit = (',' .. here .. ','):find(',' .. s[1] .. ',', 1, true)
    local text = s[2] and say(s[2], s[3]) or '<code>' .. s[1] .. '</code>'
    if stages[s[1]] and not lit then
      text = '<a href="' .. at.href(stages[s[1]]) .. '">' .. text .. '</a>'
    end
    out[i] = (lit and '<li class="lit" aria-current="step">' or '<li>') .. text .. '</li>'
  end
  return block('<ol class="strip" aria-label="路径 path">' .. table.concat(out) .. '</ol>')
end

local digit = { '一', '二', '三', '四', '五', '六', '七', '八', '九' }

local function heading(h)
  h = h:walk { Code = function(c) return pandoc.Code(c.text) end }
  local zh, en = halves(h.content)
  local out, number = pandoc.Inlines {}, h.attributes.number
  if number then
    local shown = pandoc.Inlines { pandoc.Str(number) }
    if h.attributes.kind == 'part' then
      local zh, en = '第' .. digit[tonumber(number)] .. '部分', 'Part ' .. number
      shown = edition == 'both' and words { pandoc.Str(zh), pandoc.Space(),
        pandoc.Span({ pandoc.Str(en) }, pandoc.Attr('', { 'en' })) }
        or pandoc.Inlines { pandoc.Str(edition == 'zh' and zh or en) }
    end
    out:insert(pandoc.Span(shown, pandoc.Attr('', { 'num' })))
    out:insert(pandoc.Space())
  end
  if en then
    out:extend { span('zh', zh), pandoc.Space(), span('en', en) }
  else
    out:extend(zh)
  end
  -- html-pages.lua takes "kind" and "number" off again.
  local keep = {}
  if format == 'html' then
    keep = { kind = h.attributes.kind, number = h.attributes.number }
  end
  local made = pandoc.Header(h.level, out, pandoc.Attr(at.id(h.identifier), {}, keep))
  if h.attributes.stage then
    return { made, strip(h.attributes.stage) }
  end
  return { made }
end

-- --- blocks ---------------------------------------------------------------------

local arrange

-- A paragraph; id tells where it begins, if that is not told otherwise.
local function paragraph(d, language, id)
  local out = { block('<p' .. (id and ' id="' .. id .. '"' or '') .. (language and
      ' class="' .. language .. '" lang="' .. lang[language] .. '"' or '') .. '>') }
  for _, b in ipairs(d.content) do
    out[#out + 1] = prose(b.content, language)
  end
  out[#out + 1] = block('</p>')
  return out
end

local boxes = {
  history = { '历史', 'History' }, pitfall = { '陷阱', 'Pitfall' },
  try = { '试一试', 'Try it' }, exercise = { '练习', 'Exercise' },
  answer = { '练习', 'Exercise' },
}

local function box(d)
  local kind, a = d.classes[1], d.attributes
  local title = say(boxes[kind][1], boxes[kind][2]) .. (a.number and ' ' .. a.number or '')
  if kind == 'answer' then
    title = '<a href="' .. at.href('ex:' .. a.number) .. '">' .. title .. '</a>'
  elseif a.answer and at.page(a.answer) then
    title = title .. ' <a class="answer" href="' .. at.href(a.answer) .. '">' ..
      say('答案', 'answer') .. '</a>'
  end
  local out = pandoc.Blocks { block('<aside class="box ' .. kind .. '"' ..
    (d.identifier ~= '' and ' id="' .. at.id(d.identifier) .. '"' or '') ..
    '>\n<p class="title">' .. title .. '</p>') }
  out:extend(arrange(d.content))
  out:insert(block('</aside>'))
  return out
end

-- The width and height that an SVG has on a page, in CSS pixels: as large beside
-- the words as it is in print.
local function size(file, line)
  local f = io.open(file)
  if not f then
    io.stderr:write('fork.nw:', line, ': no ', file, '\n')
    return {}
  end
  local head = f:read(600) or ''
  f:close()
  local w, h = head:match('width="([%d.]+)pt" height="([%d.]+)pt"')
  if not w then
    return {}
  end
  return { width = ('%.0f'):format(w * 1.7), height = ('%.0f'):format(h * 1.7) }
end

local function figure(d)
  local name = d.attributes.src:match('([^/]*)%.%w+$')
  local zh, en = halves(d.content[1].content)
  local images = pandoc.Inlines {}
  for _, e in ipairs(edition == 'both' and format == 'html' and { 'both', 'zh', 'en' }
      or { edition }) do
    local file = name .. '-' .. e .. '.svg'
    local a = size('build/figures/' .. file, d.attributes.line)
    if format == 'html' then
      a.loading = 'lazy'
    end
    local image = pandoc.Image(e == 'en' and en or zh, 'figures/' .. file, '',
      pandoc.Attr('', { 'in-' .. e }, a))
    images:insert(format == 'epub' and image or pandoc.Link({ image }, image.src))
  end
  local number = d.attributes.number
  local caption = pandoc.Inlines { raw('<span class="num">' .. say('图' .. number,
    'Figure ' .. number) .. '</span> ') }
  caption:extend(words(d.content[1].content))
  return { block('<figure class="drawn" id="' .. at.id(d.identifier) .. '">'),
    pandoc.Plain(images), block('<figcaption>'), pandoc.Plain(caption),
    block('</figcaption></figure>') }
end

-- A table as wide as its cells want.
local function rows(d)
  d = d:walk {
    Plain = function(p) return pandoc.Plain(words(p.content)) end,
    Table = function(t)
      for _, c in ipairs(t.colspecs) do
        c[2] = nil
      end
      return t
    end,
  }
  local out = pandoc.Blocks { block('<div class="rows" id="l' .. d.attributes.line .. '">') }
  out:extend(d.content)
  out:insert(block('</div>'))
  return out
end

local function drawing(b)
  local e = b.classes[2]
  return block(code.drawing(b, e and ' in-' .. e or ''))
end

function arrange(blocks)
  local out, i = pandoc.Blocks {}, 1
  while i <= #blocks do
    local b = blocks[i]
    local class = b.classes and b.classes[1]
    if b.t == 'Header' then
      out:extend(heading(b))
    elseif b.t == 'CodeBlock' then
      out:insert(class == 'chunk' and block(code.chunk(b))
        or class == 'session' and block(code.session(b)) or drawing(b))
    elseif b.t ~= 'Div' then
      out:insert(b)
    elseif class == 'zh' or class == 'en' then
      local partner = blocks[i + 1]
      local id = 'l' .. b.attributes.line
      if edition ~= 'both' then
        out:extend(paragraph(b, class, id))
      else
        out:insert(block('<div class="pair" id="' .. id .. '">'))
        out:extend(paragraph(b, class))
        if class == 'zh' and partner and partner.t == 'Div' and
           partner.classes[1] == 'en' then
          out:extend(paragraph(partner, 'en'))
          i = i + 1
        end
        out:insert(block('</div>'))
      end
    elseif class == 'any' then
      out:extend(paragraph(b, nil, 'l' .. b.attributes.line))
    elseif boxes[class] then
      out:extend(box(b))
    elseif class == 'figure' then
      out:extend(figure(b))
    elseif class == 'rows' then
      out:extend(rows(b))
    elseif class == 'glossary' then
      out:insert(block('<div class="glossary">'))
      out:extend(arrange(b.content))
      out:insert(block('</div>'))
    else
      out:extend(arrange(b.content))
    end
    i = i + 1
  end
  return out
end

-- --- the document -----------------------------------------------------------------

local function title(zh, en)
  if edition ~= 'both' then
    return { pandoc.Str(edition == 'zh' and zh or en) }
  end
  return { pandoc.Str(zh), pandoc.Space(),
    pandoc.Span({ pandoc.Str(en) }, pandoc.Attr('', { 'en' })) }
end

function Pandoc(doc)
  edition = pandoc.utils.stringify(doc.meta.edition or 'both')
  format = pandoc.utils.stringify(doc.meta.format or 'html')
  local chunks = {}
  doc:walk {
    CodeBlock = function(b)
      if b.classes:includes('chunk') then
        chunks[tonumber(b.attributes.n)] = b
      end
    end,
    Header = function(h)
      for s in (h.attributes.stage or ''):gmatch('[^,]+') do
        stages[s] = stages[s] or h.identifier
      end
    end,
  }
  local made = indexes(doc, chunks)
  for _, x in ipairs(made) do
    doc.blocks:insert(pandoc.Header(1, title(x.zh, x.en),
      pandoc.Attr(x.label, {}, { kind = 'index' })))
    doc.blocks:insert(pandoc.Div({}, pandoc.Attr(x.label .. '-list', { 'entries' })))
  end
  at = where(doc, format)
  code = new_code(chunks, at.href, say)
  doc.blocks = arrange(doc.blocks)
  local tools = { code = code, href = at.href, say = say, pair = pair,
    escape = escape }
  local filled, next_index = pandoc.Blocks {}, 1
  for _, b in ipairs(doc.blocks) do
    filled:insert(b)
    local x = made[next_index]
    if x and b.t == 'Header' and b.identifier == at.id(x.label) then
      filled:insert(block(x.html(tools)))
      next_index = next_index + 1
    end
  end
  doc.blocks = filled
  return doc
end

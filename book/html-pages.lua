-- html-pages.lua: a pandoc filter that cuts the HTML edition into pages.
--
-- Input:  the tree of html.lua; metadata "out" (a folder), "commit".
-- Output: out/index.html and a page for each heading of level 1, from the
--         template html.html, where @NAME@ stands for a value; an empty tree.

local folder = PANDOC_SCRIPT_FILE:match('^(.*)/') or '.'

local where = dofile(folder .. '/html-where.lua')

local function read(name)
  local file = assert(io.open(folder .. '/' .. name))
  local s = file:read('a')
  file:close()
  return s
end

local function say(zh, en)
  return '<span class="zh" lang="zh-CN">' .. zh .. '</span> <span class="en" lang="en">' ..
    en .. '</span>'
end

local options = pandoc.WriterOptions { wrap_text = 'wrap-none', html_math_method = 'mathml' }

local function html(blocks)
  return pandoc.write(pandoc.Pandoc(blocks), 'html5', options)
end

local function inline(content)
  return html { pandoc.Plain(content) }
end

-- The words of a heading in one language, without its number.
local function title(h, language)
  local out = pandoc.Inlines {}
  for _, x in ipairs(h.content) do
    local class = x.t == 'Span' and x.classes[1]
    if class ~= 'num' and (not class or class == language) then
      out:insert(x)
    end
  end
  return (pandoc.utils.stringify(out):gsub('^%s+', ''):gsub('%s+$', '')
    :gsub('&', '&amp;'):gsub('<', '&lt;'):gsub('>', '&gt;'))
end

-- Cuts the tree: a page has its heading, blocks, sections (headings), name.
local function cut(doc)
  local pages, names = {}, where(doc, 'html').names
  for _, b in ipairs(doc.blocks) do
    if b.t == 'Header' and b.level == 1 then
      pages[#pages + 1] = { heading = b, name = names[#pages + 1], sections = {}, blocks = {},
        kind = b.attributes.kind, number = b.attributes.number }
    elseif b.t == 'Header' and b.level == 2 then
      table.insert(pages[#pages].sections, b)
    end
    if b.t == 'Header' then
      b.attributes = {}
    end
    table.insert(pages[#pages].blocks, b)
  end
  return pages
end

local function link(p, more)
  return '<a href="' .. p.name .. '"' .. (more or '') .. '>' .. inline(p.heading.content) ..
    '</a>'
end

local function sections(p, prefix)
  if #p.sections == 0 then
    return ''
  end
  local out = {}
  for i, h in ipairs(p.sections) do
    out[i] = '<li><a href="' .. prefix .. '#' .. h.identifier .. '">' .. inline(h.content) ..
      '</a></li>'
  end
  return '<ol>' .. table.concat(out, '\n') .. '</ol>'
end

-- The contents of the book; entry(p) is the HTML of a page's line.
local function contents(pages, entry)
  local out, kind = { '<ol>' }, nil
  for _, p in ipairs(pages) do
    if p.kind == 'index' and kind ~= 'index' then
      out[#out + 1] = '</ol>\n<h2>' .. say('索引', 'Indexes') .. '</h2>\n<ol>'
    elseif p.kind == 'appendix' and kind ~= 'appendix' then
      out[#out + 1] = '</ol>\n<h2>' .. say('附录', 'Appendices') .. '</h2>\n<ol>'
    end
    if p.kind == 'part' then
      out[#out + 1] = '</ol>\n<h2>' .. link(p) .. '</h2>\n<ol>'
    else
      out[#out + 1] = '<li>' .. entry(p) .. '</li>'
    end
    kind = p.kind
  end
  return table.concat(out, '\n') .. '</ol>'
end

local function write(out, name, template, values)
  local s = template:gsub('@([%l_]+)@', function(k) return values[k] or '' end)
  local file = assert(io.open(out .. '/' .. name, 'w'))
  file:write(s)
  file:close()
end

function Pandoc(doc)
  local out = pandoc.utils.stringify(doc.meta.out)
  local commit = pandoc.utils.stringify(doc.meta.commit or '')
  local template, front = read('html.html'), read('html-front.html')
  local pages = cut(doc)
  local function side(here)
    return contents(pages, function(p)
      return p == here and link(p, ' aria-current="page"') .. sections(p, '') or link(p)
    end)
  end
  for i, p in ipairs(pages) do
    local before, after = pages[i - 1], pages[i + 1]
    local number = p.number and p.kind ~= 'part' and p.number .. ' ' or ''
    local body = html(p.blocks)
    if p.kind == 'part' then
      local list, j = {}, i + 1
      while pages[j] and pages[j].kind == 'chapter' do
        list[#list + 1] = '<li>' .. link(pages[j]) .. '</li>'
        j = j + 1
      end
      body = body .. '<ol class="contents">' .. table.concat(list, '\n') .. '</ol>'
    end
    write(out, p.name, template, {
      zh = number .. title(p.heading, 'zh'), en = number .. title(p.heading, 'en'),
      kind = p.kind or 'chapter', contents = side(p), body = body,
      before = before and link(before, ' rel="prev"') or '<a href="index.html" rel="prev">'
        .. say('目录', 'Contents') .. '</a>',
      after = after and link(after, ' rel="next"') or '',
    })
  end
  write(out, 'index.html', template, {
    zh = '目录', en = 'Contents', kind = 'front', contents = side(),
    body = front:gsub('@commit@', commit) .. '<div class="contents">' ..
      contents(pages, function(p)
        return #p.sections > 0 and '<details><summary>' .. link(p) .. '</summary>' ..
          sections(p, p.name) .. '</details>' or link(p)
      end) .. '</div>',
    before = '', after = link(pages[1], ' rel="next"'),
  })
  return pandoc.Pandoc {}
end

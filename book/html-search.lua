-- html-search.lua: a pandoc filter that writes what the search of the HTML edition
-- knows, and changes nothing.
--
-- Input:  the tree of edition.lua (edition both); metadata "out", a folder.
-- Output: the same tree; out/search.js, a call of book.search(pages, items), with
--   pages  [name, number, title in Chinese, in English]
--   items  [page (from 0), id, kind, Chinese, English, line, lines], in the order
--          of the book; kind: h heading, c chunk, i identifier, f figure, t table,
--          p paragraph, x exercise. Names are in the place of the Chinese.

local folder = PANDOC_SCRIPT_FILE:match('^(.*)/') or '.'
local where = dofile(folder .. '/html-where.lua')

local escapes = { ['\\'] = '\\\\', ['"'] = '\\"', ['\n'] = ' ' }
local function json(x)
  if type(x) == 'table' then
    local out = {}
    for i, v in ipairs(x) do
      out[i] = json(v)
    end
    return '[' .. table.concat(out, ',') .. ']'
  elseif type(x) == 'number' then
    return tostring(x)
  end
  return '"' .. x:gsub('[\\"\n]', escapes):gsub('[\1-\31]', '') .. '"'
end

local function text(content, language)
  local all = pandoc.Div(content.t and { content } or pandoc.Plain(content)):walk {
    Link = function(l)
      if l.classes:includes('ref') then
        return pandoc.Str(l.attributes[language or 'zh'] or '')
      end
    end,
  }
  return (pandoc.utils.stringify(all):gsub('%s+', ' '))
end

local function halves(content)
  local last = content[#content]
  if last and last.t == 'Span' and last.classes:includes('en') then
    local zh = pandoc.Inlines {}
    for i = 1, #content - 2 do
      zh:insert(content[i])
    end
    return text(zh, 'zh'), text(last.content, 'en')
  end
  return text(content), ''
end

local function walk(blocks, at, pages, items, inside)
  local function add(...)
    table.insert(items, { #pages - 1, ... })
  end
  for i, b in ipairs(blocks) do
    local class = b.classes and b.classes[1]
    local line = b.attributes and tonumber(b.attributes.line) or 0
    if b.t == 'Header' then
      local zh, en = halves(b.content)
      local number = b.attributes.kind ~= 'part' and b.attributes.number or ''
      if b.level == 1 then
        table.insert(pages, { at.page(b.identifier), number, zh, en })
      end
      add(at.id(b.identifier), 'h', number .. ' ' .. zh, number .. ' ' .. en, line)
    elseif class == 'chunk' then
      local _, count = b.text:gsub('\n', '')
      add('c.' .. b.attributes.n, 'c', b.attributes.name, '', line, count + 1)
      for s in b.attributes.defines:gmatch('[^,]+') do
        add('c.' .. b.attributes.n, 'i', s, '', line)
      end
    elseif class == 'zh' or class == 'any' then
      local partner = blocks[i + 1]
      partner = partner and partner.classes and partner.classes[1] == 'en' and partner
      add('l' .. line, inside or 'p', text(b, 'zh'), partner and text(partner, 'en') or '', line)
    elseif class == 'figure' then
      add(at.id(b.identifier), 'f', halves(b.content[1].content))
    elseif class == 'rows' then
      local zh, en = {}, {}
      b:walk {
        Plain = function(p)
          local x, y = halves(p.content)
          zh[#zh + 1] = x
          en[#en + 1] = y
        end,
      }
      add('l' .. line, 't', table.concat(zh, ' · '), table.concat(en, ' '), line)
    elseif b.t == 'Div' then
      walk(b.content, at, pages, items, (class == 'exercise' or class == 'answer') and 'x')
    end
  end
end

function Pandoc(doc)
  local at = where(doc, 'html')
  local pages, items = {}, {}
  walk(doc.blocks, at, pages, items)
  local out = pandoc.utils.stringify(doc.meta.out) .. '/search.js'
  local file = assert(io.open(out, 'w'))
  file:write('book.search([')
  for i, p in ipairs(pages) do
    file:write(i > 1 and ',\n' or '\n', json(p))
  end
  file:write('\n],[')
  for i, x in ipairs(items) do
    file:write(i > 1 and ',\n' or '\n', json(x))
  end
  file:write('\n]);\n')
  file:close()
end

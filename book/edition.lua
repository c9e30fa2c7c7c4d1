-- edition.lua: a pandoc filter that makes one of the three editions.
--
-- Input:  the tree of structure.lua; metadata "edition": both, zh or en.
-- Output: the same tree with one language left, or with both, where the English
--         half of a heading, a caption or a table's cell is a Span of class "en".

local folder = PANDOC_SCRIPT_FILE:match('^(.*)/') or '.'
local labels = dofile(folder .. '/labels.lua')
local edition = 'both'

local script = dofile(folder .. '/script.lua')

local function has_han(inlines)
  return script.has_han(pandoc.utils.stringify(inlines))
end

local function has_words(inlines)
  return pandoc.utils.stringify(inlines):find('%S') ~= nil
end

local function slice(inlines, from, to)
  local out = pandoc.Inlines {}
  for i = from, to do
    out:insert(inlines[i])
  end
  while #out > 0 and (out[1].t == 'Space' or out[1].t == 'SoftBreak') do
    out:remove(1)
  end
  while #out > 0 and (out[#out].t == 'Space' or out[#out].t == 'SoftBreak') do
    out:remove(#out)
  end
  return out
end

local function english(inlines)
  return pandoc.Span(inlines, pandoc.Attr('', { 'en' }))
end

-- "中文 | English", in a heading or a caption: leaves, of content, one language,
-- or both.
local function split(x)
  for i, s in ipairs(x.content) do
    local before = s.t == 'Str' and s.text:match('^(.*)|$')
    if before then
      local zh = slice(x.content, 1, i - 1)
      local en = slice(x.content, i + 1, #x.content)
      if before ~= '' then
        zh:insert(pandoc.Str(before))
      end
      if edition == 'en' then
        x.content = en
      else
        if edition == 'both' and
           pandoc.utils.stringify(zh) ~= pandoc.utils.stringify(en) then
          zh:insert(pandoc.Space())
          zh:insert(english(en))
        end
        x.content = zh
      end
      return x
    end
  end
end

-- A cell: "中文 / English", or the other way round, cut where one side has Han and
-- the other none.
local function cell(p)
  for i, x in ipairs(p.content) do
    if x.t == 'Str' and x.text == '/' then
      local zh = slice(p.content, 1, i - 1)
      local en = slice(p.content, i + 1, #p.content)
      if not has_han(zh) and has_han(en) then
        zh, en = en, zh
      end
      if has_words(en) and not has_han(en) and has_han(zh) then
        if edition == 'zh' then
          p.content = zh
        elseif edition == 'en' then
          p.content = en
        else
          -- A dash says that the other edition's cell is empty.
          if pandoc.utils.stringify(en) ~= '–' then
            zh:insert(pandoc.Space())
            zh:insert(english(en))
          end
          p.content = zh
        end
        return p
      end
    end
  end
end

function Pandoc(doc)
  local given = doc.meta.edition
  edition = given and pandoc.utils.stringify(given) or 'both'
  return doc:walk {
    Header = split,
    Plain = cell,
    CodeBlock = function(b)
      if b.classes:includes('text') then
        b.text = labels(b.text, edition)
        return b
      end
    end,
    Div = function(d)
      if d.classes:includes('figure') then
        split(d.content[1])
        return d
      end
      if edition == 'zh' and d.classes:includes('en') or
         edition == 'en' and d.classes:includes('zh') then
        return {}
      end
    end,
  }
end

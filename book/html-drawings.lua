-- html-drawings.lua: a pandoc filter; drawings of the three editions beside each
-- other, of which the reader's switch shows one.
--
-- Input:  the tree of book/tree.
-- Output: the same; a drawing whose labels are language is a Div of class
--         "drawing" with three drawings, of class "both", "zh" and "en".

local folder = PANDOC_SCRIPT_FILE:match('^(.*)/') or '.'
local labels = dofile(folder .. '/labels.lua')

function CodeBlock(b)
  if not b.classes:includes('text') or labels(b.text, 'zh') == labels(b.text, 'en') then
    return nil
  end
  local out = pandoc.Div({}, pandoc.Attr(b.identifier, { 'drawing' }, b.attributes))
  for _, edition in ipairs { 'both', 'zh', 'en' } do
    out.content:insert(pandoc.CodeBlock(labels(b.text, edition),
      pandoc.Attr('', { 'text', edition })))
  end
  return out
end

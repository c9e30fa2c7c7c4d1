-- html-where.lua: where things stand in the HTML edition and in the EPUB.
--
--   local where = dofile(folder .. '/html-where.lua')
--   local w = where(doc, format)       format: html or epub
--
-- doc: the tree of book/tree. An id has no colon there (sec:gate is
-- sec-gate), because EPUB forbids it.
--   w.id(label)      the id of a label: heading, box, figure, chunk (c.N)
--   w.page(label)    the page on which it stands, or nil
--   w.href(label)    page#id; just the page for the heading at its head
--   w.names          of the pages, in order

local function id(label)
  return (label:gsub(':', '-'))
end

-- A chapter's page has the name of its label or id; pandoc numbers the files of
-- an EPUB.
local function name(format, label, n)
  if format == 'epub' then
    return ('ch%03d.xhtml'):format(n)
  end
  return label:gsub('^sec[:-]', ''):gsub('^idx', 'index'):gsub('[^%w-]', '-') .. '.html'
end

return function(doc, format)
  local page, at_head, names = {}, {}, {}
  local here
  local function look(blocks)
    for _, b in ipairs(blocks) do
      if b.t == 'Header' and b.level == 1 then
        here = name(format, b.identifier, #names + 1)
        names[#names + 1] = here
        at_head[b.identifier] = true
      end
      if b.t == 'CodeBlock' and b.classes:includes('chunk') then
        page['c.' .. b.attributes.n] = here
      elseif b.t == 'Header' or b.t == 'Div' then
        if b.identifier ~= '' then
          page[b.identifier] = here
        end
      end
      if b.t == 'Div' then
        look(b.content)
      end
    end
  end
  look(doc.blocks)
  return {
    id = id, names = names,
    page = function(label) return page[label] end,
    href = function(label)
      local p = page[label]
      if not p then
        return '#' .. id(label)
      end
      return at_head[label] and p or p .. '#' .. id(label)
    end,
  }
end

-- pairs.lua: a pandoc filter that checks the prose and changes nothing.
--
-- Input:  the tree of reader.lua.
-- Output: the same; on standard error, a line "fork.nw:LINE: what is wrong" for
--         a paragraph without its partner, a label that is undefined or defined
--         twice, a heading or a box in one language only.

local labels, seen = {}, {}
local last = '0'

local function wrong(line, message)
  io.stderr:write('fork.nw:', line, ': ', message, '\n')
end

local function start(block)
  local s = pandoc.utils.stringify(block)
  local n = utf8.offset(s, 30)
  return n and s:sub(1, n - 1) .. '…' or s
end

-- A Chinese paragraph is followed by its English one.
local function pairs_in(blocks)
  local waiting
  for _, b in ipairs(blocks) do
    local class = b.t == 'Div' and b.classes[1]
    local line = b.attributes and b.attributes.line
    if line then
      last = line
    end
    if class == 'en' then
      if not waiting then
        wrong(line, 'English without Chinese: ' .. start(b))
      end
      waiting = nil
    else
      if waiting then
        wrong(waiting.attributes.line, 'Chinese without English: ' .. start(waiting))
      end
      waiting = class == 'zh' and b or nil
    end
    if class and not line then
      pairs_in(b.content)
    end
    if b.t == 'Header' then
      if seen[b.identifier] then
        wrong(last, 'label defined twice (after this line): ' .. b.identifier)
      end
      if b.identifier ~= '' then
        seen[b.identifier] = true
      end
      local title = pandoc.utils.stringify(b)
      if title:find('[\xe4-\xe9][\x80-\xbf]') and not title:find(' | ', 1, true) then
        wrong(last, 'heading in one language (after this line): ' .. start(b))
      end
    end
  end
  if waiting then
    wrong(waiting.attributes.line, 'Chinese without English: ' .. start(waiting))
  end
end

function Pandoc(doc)
  doc:walk { Header = function(h) labels[h.identifier] = true end }
  pairs_in(doc.blocks)
  local function check(line)
    return {
      Link = function(l)
        if l.classes:includes('ref') and not labels[l.target:sub(2)] then
          wrong(line, 'undefined label: ' .. l.target:sub(2))
        end
      end,
    }
  end
  doc:walk {
    Div = function(d)
      if d.attributes.line then
        d:walk(check(d.attributes.line))
      end
    end,
    Table = function(t) t:walk(check('0')) end,
  }
end

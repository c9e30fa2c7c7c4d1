-- check.lua: a pandoc filter that checks the prose.
--
-- Input:  the tree of reader.lua; metadata "files", a list of figures/*.
-- Output: nothing; on standard error a line "fork.nw:LINE: what is wrong" for
--   - a paragraph without its partner; a heading, a caption or a box in one
--     language only; Chinese in a cell or a drawing that the English edition shows
--   - a label that is undefined or defined twice; a chunk named in prose that is
--     none; a figure whose file is missing, or that no figure shows
--   - a line of code, a drawing or a session wider than 80 columns

local folder = PANDOC_SCRIPT_FILE:match('^(.*)/') or '.'
local labels_of = dofile(folder .. '/labels.lua')
local script = dofile(folder .. '/script.lua')
local columns, has_han = script.width, script.has_han
local last = '0'

local function wrong(line, ...)
  io.stderr:write('fork.nw:', line or last, ': ', ...)
  io.stderr:write('\n')
end

local function start(block)
  local s = pandoc.utils.stringify(block)
  local n = utf8.offset(s, 30)
  return n and s:sub(1, n - 1) .. '…' or s
end

-- --- languages --------------------------------------------------------------

-- "中文 | English"
local function both(block, line, what)
  local s = pandoc.utils.stringify(block)
  -- A single word, such as the name of a call, is the same in both.
  if has_han(s) and not s:find('| *[^|]*%a') or
     not has_han(s) and not s:find(' | ') and s:find(' ') then
    wrong(line, what, ' in one language: ', start(block))
  end
end

local function cells(t, line)
  t:walk {
    Plain = function(p)
      local s = pandoc.utils.stringify(p)
      local zh, en = s:match('^(.-)%s+/%s+(.*)$')
      if has_han(s) and not (zh and has_han(zh) ~= has_han(en)) then
        wrong(line, 'a cell of the table in Chinese only: ', start(p))
      end
    end,
  }
end

local function drawing(b, line)
  local n = tonumber(line)
  local widest = b.classes:includes('text') and labels_of(b.text, 'both') or b.text
  for l in (widest .. '\n'):gmatch('([^\n]*)\n') do
    n = n + 1
    if columns(l) > 80 then
      wrong(n, 'wider than 80 columns: ', columns(l))
    end
  end
  n = tonumber(line)
  for l in (labels_of(b.text, 'en') .. '\n'):gmatch('([^\n]*)\n') do
    n = n + 1
    if has_han(l) then
      wrong(n, 'Chinese in the English edition; write {中文|English}: ', l)
    end
  end
end

-- --- the blocks, in their order -----------------------------------------------

local seen, shown = {}, {}

local function label(id, line)
  if id ~= '' and seen[id] then
    wrong(line, 'label defined twice: ', id)
  end
  seen[id] = true
end

local walk_blocks

local function look(b, class)
  local line = b.attributes and b.attributes.line
  last = line or last
  if b.t == 'Header' then
    label(b.identifier, line)
    both(b, line, 'heading')
  elseif class == 'figure' then
    label(b.identifier, line)
    both(b, line, 'caption')
    local file = io.open(b.attributes.src)
    if file then
      file:close()
    else
      wrong(line, 'no such figure: ', b.attributes.src)
    end
    shown[b.attributes.src] = true
  elseif class == 'rows' then
    cells(b, line)
  elseif class == 'chunk' then
    local n = tonumber(line)
    for l in (b.text .. '\n'):gmatch('([^\n]*)\n') do
      if not l:find('\1') and columns(l) > 80 then
        wrong(n, 'code wider than 80 columns: ', columns(l))
      end
      n = n + 1
    end
  elseif b.t == 'CodeBlock' then
    drawing(b, line)
  elseif class and b.t == 'Div' and not line and class ~= 'glossary' then
    walk_blocks(b.content)
  end
end

-- A Chinese paragraph is followed by its English one.
function walk_blocks(blocks)
  local waiting
  for _, b in ipairs(blocks) do
    local class = b.attr and b.classes[1]
    if class == 'en' then
      if not waiting then
        wrong(b.attributes.line, 'English without Chinese: ', start(b))
      end
      waiting = nil
    else
      if waiting then
        wrong(waiting.attributes.line, 'Chinese without English: ', start(waiting))
      end
      waiting = class == 'zh' and b or nil
    end
    look(b, class)
  end
  if waiting then
    wrong(waiting.attributes.line, 'Chinese without English: ', start(waiting))
  end
end

function Pandoc(doc)
  walk_blocks(doc.blocks)
  local function links(line)
    return {
      Link = function(l)
        local to = l.target:sub(2)
        if l.classes:includes('ref') and not seen[to] then
          wrong(line, 'undefined label: ', to)
        elseif to == 'c.?' then
          wrong(line, 'undefined chunk: ', l.content[1].text)
        end
      end,
    }
  end
  doc:walk {
    Div = function(d)
      if d.attributes.line then
        d:walk(links(d.attributes.line))
      end
    end,
  }
  for file in pandoc.utils.stringify(doc.meta.figures or ''):gmatch('%S+') do
    if not shown[file] then
      io.stderr:write(file, ':1: no figure of fork.nw shows it\n')
    end
  end
  return pandoc.Pandoc {}
end

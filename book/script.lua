-- script.lua: what every filter must know of Chinese text.
--
--   local script = dofile(folder .. '/script.lua')
--   script.width(s)	columns of a line in a font of fixed width: a Han is two of
--			them, a tab goes to the next multiple of eight
--   script.has_han(s)	whether there is a Han in s

local M = {}

function M.width(s)
  local w = 0
  for _, c in utf8.codes(s) do
    w = c == 9 and w - w % 8 + 8 or w + (c >= 0x2e80 and 2 or 1)
  end
  return w
end

function M.has_han(s)
  return s:find('[\xe4-\xe9][\x80-\xbf][\x80-\xbf]') ~= nil
end

return M

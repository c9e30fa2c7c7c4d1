-- labels.lua: the labels of a drawing in one edition.
--
--   local labels = dofile(folder .. '/labels.lua')
--   labels(text, edition)	edition: both, zh or en
--
-- A token {中文|English} becomes 中文, English, or both with a blank between,
-- filled with blanks up to the width that the token has in the source: so what
-- stands to its right stays in its column. A Han is two columns wide.

local folder = PANDOC_SCRIPT_FILE:match('^(.*)/') or '.'
local width = dofile(folder .. '/script.lua').width

local function labels(text, edition)
  text = text:gsub('{([^{}|]*)|([^{}|]*)}', function(zh, en)
    if not zh:find('[\xe3-\xe9]') then
      return nil
    end
    local s = edition == 'zh' and zh or edition == 'en' and en or zh .. ' ' .. en
    return s .. (' '):rep(width(zh) + width(en) + 3 - width(s))
  end)
  return (text:gsub(' +\n', '\n'):gsub(' +$', ''))
end

return labels

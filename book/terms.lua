-- terms.lua: a pandoc filter that checks the terms of the book.
--
-- Input:  the tree of reader.lua with the glossary (see glossary.lua).
-- Output: an empty document; on standard error, a line "fork.nw:LINE: term ..." for
--         a rendering that the glossary forbids, in a paragraph, a heading, a
--         caption, the cell of a table or the label of a figure; and for an
--         English paragraph with a term that is bold in the glossary, whose Chinese
--         partner has neither the Chinese term nor, as short for it, its last
--         character.

local folder = PANDOC_SCRIPT_FILE:match('^(.*)/') or '.'
local glossary = dofile(folder .. '/glossary.lua')

local terms, find

local function say(line, message)
  io.stderr:write('fork.nw:', line or '0', ': term ', message, '\n')
end

local function forbidden(text, lang, line)
  local used, wrong = find[lang](text)
  for _, w in ipairs(wrong) do
    say(line, '"' .. w.word .. '": the glossary has "' .. w.term[lang] .. '"')
  end
  return used
end

-- Where both languages stand side by side.
local function mixed(text, line)
  forbidden(text, 'zh', line)
  forbidden(text, 'en', line)
end

local function partner(used, chinese, line)
  for _, n in ipairs(used) do
    local t = terms[n]
    if t.paired and not chinese:find(t.zh, 1, true)
      and not chinese:find(t.zh:match('[\xc2-\xf4][\x80-\xbf]*$'), 1, true) then
      say(line, '"' .. t.en .. '" here, but no "' .. t.zh .. '" in the Chinese')
    end
  end
end

local function check(blocks, above)
  local chinese
  for _, b in ipairs(blocks) do
    if b.t == 'Div' then
      local lang, line = b.classes[1], b.attributes.line
      if lang == 'zh' or lang == 'en' then
        local text = glossary.text(b.content)
        local used = forbidden(text, lang, line)
        if lang == 'zh' then
          chinese = text
        elseif chinese then
          partner(used, chinese, line)
        end
      elseif lang ~= 'glossary' then
        check(b.content, line or above)
      end
    elseif b.t == 'Header' then
      mixed(glossary.text(b.content), b.attributes.line)
    elseif b.t == 'CodeBlock' and b.classes:includes('text') then
      mixed(b.text, b.attributes.line)
    elseif b.t == 'Para' or b.t == 'Plain' then
      mixed(glossary.text(b.content), above)
    elseif b.t == 'Table' then
      b:walk { Plain = function(p) mixed(glossary.text(p.content), above) end }
    elseif b.t == 'BulletList' or b.t == 'OrderedList' then
      for _, item in ipairs(b.content) do
        check(item, above)
      end
    elseif b.t == 'BlockQuote' then
      check(b.content, above)
    end
  end
end

function Pandoc(doc)
  terms = glossary.terms(doc)
  find = glossary.finder(terms)
  check(doc.blocks)
  return pandoc.Pandoc {}
end

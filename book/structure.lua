-- structure.lua: a pandoc filter that numbers the book and moves its answers.
--
-- Input:  the tree of reader.lua.
-- Output: the same tree, where
--   headings   have "number": 3, 3.2, 3.2.1; in appendices (class "appendix") A,
--              A.1; parts (class "part") 1, 2 ...; the preface none. All have an
--              identifier, and those of level 1 "kind": part, chapter, appendix
--              or preface
--   exercises  Divs, have "number" and the identifier ex:NUMBER
--   answers    Divs, stand under the heading #sec:answers, each behind a heading
--              of class "unnumbered" that names its chapter; they have the
--              "number" of the exercise that they followed
--   figures    have "number", 3.1
--   references Links of class "ref" to what exists have "zh" and "en", what they
--              print in a sentence of either language, and "number"

local words = {
  zh = { chapter = '第%s章', section = '第%s节', appendix = '附录%s', part = '第%s部分',
    figure = '图%s', exercise = '练习%s', preface = '前言' },
  en = { chapter = 'chapter\u{a0}%s', section = 'section\u{a0}%s',
    appendix = 'appendix\u{a0}%s', part = 'part\u{a0}%s', figure = 'figure\u{a0}%s',
    exercise = 'exercise\u{a0}%s', preface = 'the preface' },
}

local function letter(n)
  return string.char(64 + n)
end

-- Numbers what stands in blocks, in their order, and takes the answers out.
local function number_all(blocks, state)
  local out, exercise = pandoc.Blocks {}, nil
  for _, b in ipairs(blocks) do
    local class = b.attr and b.classes[1]
    local keep = true
    if b.t == 'Header' then
      local kind = b.level > 1 and 'section' or b.classes:includes('part') and 'part'
        or b.classes:includes('appendix') and 'appendix'
        or b.identifier:find('^sec:preface') and 'preface' or 'chapter'
      if kind == 'part' then
        state.part = state.part + 1
        b.attributes.number = tostring(state.part)
      elseif kind == 'preface' then
        state.chapter = nil
      elseif b.level == 1 then
        state[kind .. 's'] = state[kind .. 's'] + 1
        local n = state[kind .. 's']
        state.chapter = kind == 'appendix' and letter(n) or tostring(n)
        state.heading, state.section, state.exercise, state.figure = b, { 0, 0 }, 0, 0
        b.attributes.number = state.chapter
      elseif state.chapter and b.level <= 3 then
        local s = state.section
        s[b.level - 1] = s[b.level - 1] + 1
        if b.level == 2 then
          s[2] = 0
        end
        b.attributes.number = state.chapter .. '.' .. s[1] ..
          (b.level == 3 and '.' .. s[2] or '')
      end
      if b.level == 1 then
        b.attributes.kind = kind
      end
      if b.identifier == '' then
        state.unnamed = state.unnamed + 1
        b.identifier = 'sec:n' .. state.unnamed
      end
      state.target[b.identifier] = { kind, b.attributes.number }
    elseif class == 'exercise' then
      state.exercise = state.exercise + 1
      b.attributes.number = state.chapter .. '.' .. state.exercise
      b.identifier = 'ex:' .. b.attributes.number
      state.target[b.identifier] = { 'exercise', b.attributes.number }
    elseif class == 'figure' then
      state.figure = state.figure + 1
      b.attributes.number = (state.chapter or '0') .. '.' .. state.figure
      state.target[b.identifier] = { 'figure', b.attributes.number }
    elseif class == 'answer' then
      keep = false
      if exercise then
        b.attributes.number = exercise.attributes.number
        b.identifier = 'answer:' .. b.attributes.number
        exercise.attributes.answer = b.identifier
        if state.answered ~= state.heading then
          state.answered = state.heading
          state.answers:insert(pandoc.Header(2, state.heading.content,
            pandoc.Attr('answers:' .. state.chapter, { 'unnumbered' })))
        end
        state.answers:insert(b)
      else
        io.stderr:write('fork.nw: an answer without its exercise, near line ',
          b.content[1] and b.content[1].attributes.line or '?', '\n')
      end
    elseif b.t == 'Div' then
      b.content = number_all(b.content, state)
    end
    if keep then
      out:insert(b)
      exercise = class == 'exercise' and b or nil
    end
  end
  return out
end

function Pandoc(doc)
  local state = {
    part = 0, chapters = 0, appendixs = 0, unnamed = 0, exercise = 0, figure = 0,
    target = {},
    answers = pandoc.Blocks {},
  }
  local blocks, out = number_all(doc.blocks, state), pandoc.Blocks {}
  local here = false
  for _, b in ipairs(blocks) do
    if b.t == 'Header' and b.level == 1 then
      if here then
        out:extend(state.answers)
      end
      here = b.identifier == 'sec:answers'
    end
    out:insert(b)
  end
  if here then
    out:extend(state.answers)
  elseif #state.answers > 0 and not state.target['sec:answers'] then
    io.stderr:write('fork.nw: no chapter {#sec:answers} for the answers to stand in\n')
  end
  doc.blocks = out
  local function reference(l)
    local there = l.classes:includes('ref') and state.target[l.target:sub(2)]
    if there then
      local kind, number = there[1], there[2]
      if kind == 'section' and not number then
        kind = 'preface'
      end
      l.attributes.number = number
      l.attributes.zh = words.zh[kind]:format(number)
      l.attributes.en = words.en[kind]:format(number)
      return l
    end
  end
  return doc:walk { Link = reference }:walk {
    Div = function(d)
      local p = d.classes[1] == 'en' and d.content[1]
      for i, x in ipairs(p and p.content or {}) do
        local before = p.content[i - 2]
        if x.t == 'Link' and x.attributes.en and (i == 1 or
           before and before.t == 'Str' and before.text:find('[.?!]$')) then
          x.attributes.en = x.attributes.en:gsub('^%l', string.upper)
        end
      end
      return d
    end,
  }
end

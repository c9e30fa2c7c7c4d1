-- code.lua: a lexer for the lines of a chunk, used by the layouts.
--
--   local lex = dofile(folder .. '/code.lua')
--   for each line:  lex(state, line, emit)
--
-- state is a table that lives as long as the chunk (a comment may span lines).
-- emit(kind, text) is called for each token; kinds: comment, string, keyword,
-- directive, register, name, text, and use (text is a chunk's name).

local keyword = {}
for w in ([[break case char const continue default do double else enum float
  for goto if inline int long return short signed sizeof static struct switch
  typedef union unsigned void volatile while asm _Static_assert]]):gmatch('%S+') do
  keyword[w] = true
end

local function expand(s)
  local out, column = {}, 0
  for _, c in utf8.codes(s) do
    if c == 9 then
      local n = 8 - column % 8
      out[#out + 1] = (' '):rep(n)
      column = column + n
    else
      out[#out + 1] = utf8.char(c)
      column = column + (c >= 0x2e80 and 2 or 1)
    end
  end
  return table.concat(out)
end

-- The code of one line without references to chunks.
local function plain(state, s, emit, first)
  local at = 1
  while at <= #s do
    if state.comment then
      local from, to = s:find('*/', at, true)
      emit('comment', s:sub(at, to or #s))
      state.comment = not to
      at = (to or #s) + 1
    else
      local t = s:match('^/%*', at)
      local kind
      if t then
        state.comment = true
        local from, to = s:find('*/', at + 2, true)
        t = s:sub(at, to or #s)
        state.comment = not to
        kind = 'comment'
      end
      if not t and s:find('^//', at) then
        t, kind = s:sub(at), 'comment'
      end
      if not t and at > 1 and s:find('^# ', at) and s:find('^%s', at - 1) then
        t, kind = s:sub(at), 'comment'
      end
      if not t and first then
        t, kind = s:match('^%s*#%s*include%s*<[^>]*>', at)
          or s:match('^%s*#%s*%l+', at), 'directive'
        first = false
      end
      if not t and (s:find('^"', at) or s:find("^'", at)) then
        local mark, i = s:sub(at, at), at + 1
        while i <= #s and s:sub(i, i) ~= mark do
          i = i + (s:sub(i, i) == '\\' and 2 or 1)
        end
        if i <= #s or mark == '"' then
          t, kind = s:sub(at, i), 'string'
        end
      end
      if not t then
        t, kind = s:match('^%%%l%l%l?%f[%W]', at), 'register'
      end
      if not t then
        t, kind = s:match('^%.[%l_]+', at), 'directive'
        local before = at > 1 and s:sub(at - 1, at - 1) or '\t'
        if before:find('%S') or s:find('^%s*=', at + #(t or '')) then
          t = nil
        end
      end
      if not t then
        t = s:match('^[%a_][%w_]*', at)
        kind = t and (keyword[t] and 'keyword' or 'name')
        if t and kind == 'name' and s:sub(1, at - 1):find('[.>]$') then
          kind = 'text'
        end
      end
      if not t then
        t, kind = s:match('^[%d][%w_]*', at) or s:match('^[^%a_"\'/%%.%d]+', at)
          or s:sub(at, at), 'text'
      end
      emit(kind, t)
      at = at + #t
    end
  end
end

return function(state, line, emit)
  line = expand(line)
  local at, first = 1, true
  while at <= #line do
    local from, to, name = line:find('\1(.-)\2', at)
    plain(state, line:sub(at, (from or 0) - 1), emit, first)
    if not from then
      break
    end
    emit('use', name)
    at, first = to + 1, false
  end
end

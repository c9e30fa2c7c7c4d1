-- html-code.lua: chunks, drawings and sessions as HTML.
--
--   local code = dofile(folder .. '/html-code.lua')(chunks, href, say)
--
-- chunks: the CodeBlocks of class "chunk", by number; href(label) the address of
-- "c.N"; say(zh, en) a word in the language of the edition. Each function takes
-- what pandoc read and returns HTML:
--   code.chunk(b)     a chunk with its head, its lines and its links
--   code.name(n)      the name of chunk n, a link to it
--   code.home(s, n)   the address of the line of chunk n that defines s
--   code.drawing(b, class)   a figure drawn with characters
--   code.session(b)   a transcript of the console

local folder = PANDOC_SCRIPT_FILE:match('^(.*)/') or '.'
local lex = dofile(folder .. '/code.lua')

local special = { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;', ['"'] = '&quot;' }
local function html(s)
  return (s:gsub('[&<>"]', special))
end

-- The same, with runs of wide characters two columns each, whatever the font.
local function columns(s)
  return (html(s):gsub('[\xe2-\xef][\x80-\xbf][\x80-\xbf]', function(c)
    return utf8.codepoint(c) >= 0x2e80 and '<i class="w">' .. c .. '</i>' or nil
  end))
end

local function lines(text)
  return (text .. '\n'):gmatch('([^\n]*)\n')
end

local short = {
  comment = 'c', string = 's', keyword = 'k', directive = 'd', register = 'r',
}

return function(chunks, href, say)
  local code, home = {}, {}

  -- The line of a chunk that defines s.
  local function line_of(b, s)
    local word = s:gsub('^struct ', ''):gsub('^union ', '')
    local n, best = tonumber(b.attributes.line), nil
    for l in lines(b.text) do
      local from = l:find('%f[%w_]' .. word .. '%f[^%w_]')
      if from and not l:find('^%s*/?%*') then
        if l:find('^#%s*define%s+' .. word .. '%f[^%w_]') or
           l:find('^%a') and not l:find(';%s*$') or s ~= word and l:find('{%s*$') then
          return n
        end
        best = best or n
      end
      n = n + 1
    end
    return best
  end

  function code.home(s, n)
    local key = n .. ' ' .. s
    if not home[key] then
      local line = line_of(chunks[n], s)
      home[key] = line and href('c.' .. n):gsub('#.*', '') .. '#L' .. line
        or href('c.' .. n)
    end
    return home[key]
  end

  function code.name(n)
    local a = chunks[n].attributes
    return ('<a class="use" href="%s">⟨<span%s>%s</span> <small>%d</small>⟩</a>'):format(
      href('c.' .. n), a.file and ' class="file"' or '', html(a.name), n)
  end

  local first = {}
  for n, b in ipairs(chunks) do
    first[b.attributes.name] = first[b.attributes.name] or n
  end

  local function code_line(state, line, links)
    local out, before = {}, ''
    lex(state, line, function(kind, text)
      if kind == 'use' then
        out[#out + 1] = first[text] and code.name(first[text]) or html(text)
      elseif kind == 'name' then
        local key = before:match('^struct $') and 'struct ' .. text
          or before:match('^union $') and 'union ' .. text or text
        local there = links[key]
        out[#out + 1] = there and '<a href="' .. code.home(key, there) .. '">' ..
          html(text) .. '</a>' or html(text)
      elseif short[kind] then
        out[#out + 1] = '<b class="' .. short[kind] .. '">' .. columns(text) .. '</b>'
      else
        out[#out + 1] = columns(text)
      end
      before = kind == 'keyword' and text or before .. text
    end)
    return table.concat(out)
  end

  local function numbers(list)
    local out = {}
    for n in list:gmatch('%d+') do
      out[#out + 1] = '<a href="' .. href('c.' .. n) .. '">' .. n .. '</a>'
    end
    return out
  end

  local function foot(b, n)
    local a, out = b.attributes, {}
    local function add(zh, en, list)
      if #list > 0 then
        out[#out + 1] = '<span>' .. say(zh, en) .. ' ' .. table.concat(list, ', ') ..
          '</span>'
      end
    end
    local names = {}
    for s in a.defines:gmatch('[^,]+') do
      names[#names + 1] = '<a href="' .. code.home(s, n) .. '"><code>' .. html(s) ..
        '</code></a>'
    end
    if #names > 12 then
      names = { table.unpack(names, 1, 12) }
      names[13] = '…'
    end
    add('定义', 'defines', names)
    local others = {}
    for m in a.also:gmatch('%d+') do
      if tonumber(m) ~= n then
        others[#others + 1] = m
      end
    end
    add(a.prev and '同名' or '续于', a.prev and 'also in' or 'continued in',
      numbers(table.concat(others, ' ')))
    local users = {}
    for m in a.usedby:gmatch('%d+') do
      users[#users + 1] = code.name(tonumber(m))
    end
    add('用于', 'used in', users)
    return #out > 0 and '<p class="foot">' .. table.concat(out, ' ') .. '</p>' or ''
  end

  function code.chunk(b)
    local a, out = b.attributes, {}
    local n, line, state, links = tonumber(a.n), tonumber(a.line), {}, {}
    for name, there in a.links:gmatch('([^=;]+)=(%d+)') do
      links[name] = tonumber(there)
    end
    local function step(m, format)
      return m and (' <a href="%s">' .. format .. '</a>'):format(href('c.' .. m), m) or ''
    end
    out[1] = ('<figure class="chunk" id="c.%d"><figcaption><span lang="en">⟨<a href="#c.%d"%s>%s</a> ' ..
      '<small>%d</small>⟩%s≡</span><span class="step">%s%s</span></figcaption>\n<pre><code translate="no">')
      :format(n, n, a.file and ' class="file"' or '', html(a.name), n, a.prev and '+' or '',
        step(a.prev, '◁ %s'), step(a.next, '%s ▷'))
    for l in lines(b.text) do
      out[#out + 1] = ('<span class="l" id="L%d" data-n="%d">%s</span>\n'):format(line,
        line, code_line(state, l, links))
      line = line + 1
    end
    out[#out + 1] = '</code></pre>\n' .. foot(b, n) .. '</figure>'
    return table.concat(out)
  end

  function code.drawing(b, class)
    return '<pre class="drawing' .. class .. '">' .. columns(b.text) .. '</pre>'
  end

  function code.session(b)
    local out = {}
    for l in lines(b.text) do
      local typed = l:match('^# (.*)$')
      out[#out + 1] = typed and '<span class="prompt"># </span><kbd>' .. columns(typed) ..
        '</kbd>' or columns(l)
    end
    return '<pre class="session" translate="no"><samp>' .. table.concat(out, '\n') ..
      '</samp></pre>'
  end

  return code
end

-- index.lua: what the indexes of the book say, for every layout.
--
--   local all = dofile(folder .. '/index.lua')(chunks)
--
-- chunks: the CodeBlocks of class "chunk", by number. all holds, sorted:
--   files   { name, chunks = { numbers in the file's order },
--             functions = { { name, chunk } in the file's order } }
--   chunks  { name, n = number of its first piece }, roots left out
--   names   { name, home = chunk that defines it, uses = { chunks } }
--   calls   { name, number = of the system call, chunk = of sys_NAME or nil }

local function sort(list)
  table.sort(list, function(a, b)
    local x, y = a.name:lower(), b.name:lower()
    if x == y then
      return a.name < b.name
    end
    return x < y
  end)
  return list
end

local function numbers(s)
  local out = {}
  for n in s:gmatch('%d+') do
    out[#out + 1] = tonumber(n)
  end
  return out
end

-- Appends chunk n and all that it uses to list, each once.
local function expand(chunks, pieces, n, list, seen)
  if seen[n] then
    return
  end
  seen[n] = true
  list[#list + 1] = n
  for name in chunks[n].text:gmatch('\1(.-)\2') do
    for _, m in ipairs(pieces[name] or {}) do
      expand(chunks, pieces, m, list, seen)
    end
  end
end

-- Is name defined in this code as a function with a body, or as a label?
local function is_function(code, name)
  code = '\n' .. code
  return code:find('\n' .. name .. ':', 1, true) ~= nil
    or code:find('\n[%a_][^\n;=#]*[ *]' .. name .. '%(') ~= nil
    or code:find('WRAP%d%([^,\n]*, ' .. name .. ',') ~= nil
    or code:find('\n[%u_]+%(' .. name:gsub('^sys_', '') .. ',') ~= nil
end

return function(chunks)
  local pieces, home, uses = {}, {}, {}
  for n, c in ipairs(chunks) do
    local a = c.attributes
    pieces[a.name] = pieces[a.name] or numbers(a.also)
    for s in a.defines:gmatch('[^,]+') do
      home[s] = home[s] or n
    end
    for s in a.uses:gmatch('[^,]+') do
      uses[s] = uses[s] or {}
      table.insert(uses[s], n)
    end
  end

  local all = { files = {}, chunks = {}, names = {}, calls = {} }
  for n, c in ipairs(chunks) do
    local a = c.attributes
    if a.file and not a.prev then
      local f = { name = a.name, chunks = {}, functions = {} }
      local seen = {}
      for _, m in ipairs(pieces[a.name]) do
        expand(chunks, pieces, m, f.chunks, seen)
      end
      for _, m in ipairs(f.chunks) do
        for s in chunks[m].attributes.defines:gmatch('[^,]+') do
          if home[s] == m and is_function(chunks[m].text, s) then
            table.insert(f.functions, { name = s, chunk = m })
          end
        end
      end
      table.insert(all.files, f)
    elseif not a.prev then
      table.insert(all.chunks, { name = a.name, n = n })
    end
    for name, number in c.text:gmatch('#define __NR_([%w_]+)%s+(%d+)') do
      table.insert(all.calls, { name = name, number = tonumber(number),
        chunk = home['sys_' .. name:gsub('^_', '')] })
    end
  end
  for name, n in pairs(home) do
    local list = {}
    for _, m in ipairs(uses[name] or {}) do
      if m ~= n then
        list[#list + 1] = m
      end
    end
    table.insert(all.names, { name = name, home = n, uses = list })
  end
  sort(all.files)
  sort(all.chunks)
  sort(all.names)
  sort(all.calls)
  return all
end

-- links.lua: a pandoc filter that finds what each name in code refers to.
--
-- Input:  the tree of reader.lua.
-- Output: the same tree, where
--   chunks have "links": "NAME=CHUNK;NAME=CHUNK", for each name that is used in
--          the chunk and defined elsewhere, the chunk that defines it
--   Code in prose that is such a name has "home", the number of that chunk
--
-- C has one name space a file for what is static, and this book holds two worlds
-- that never see each other: the kernel, and user/. A name refers to a definition
-- of its own file first, then to one of its own world that is not static; headers
-- count as shared. Prose refers only to what is unmistakable.

local chunks, pieces = {}, {}

-- The roots that chunk n is part of, as a set of paths.
local function spread()
  local function down(n, path)
    local roots = chunks[n].roots
    if roots[path] then
      return
    end
    roots[path] = true
    for name in chunks[n].text:gmatch('\1(.-)\2') do
      for _, m in ipairs(pieces[name] or {}) do
        down(m, path)
      end
    end
  end
  for n, c in ipairs(chunks) do
    if c.file then
      down(n, c.name)
    end
  end
end

local function world(path)
  return path:find('^user/') and 'user' or 'kernel'
end

local function is_header(path)
  return path:find('%.h$') ~= nil
end

-- Is name static in this chunk, or the name of a parameter of a macro?
local function is_static(code, name)
  local word = name:gsub('^%l+ ', '')
  for l in code:gmatch('[^\n]+') do
    if l:find('^static') and l:find('%f[%w_]' .. word .. '%f[^%w_]') then
      return true
    end
  end
  return false
end

local homes = {}	-- name -> list of { chunk, static, roots }

local function add(c)
  for name in c.defines:gmatch('[^,]+') do
    homes[name] = homes[name] or {}
    table.insert(homes[name], { n = c.n, static = is_static(c.text, name), roots = c.roots })
  end
end

-- The chunk that name means in chunk c.
local function resolve(name, c)
  local best
  for _, h in ipairs(homes[name] or {}) do
    for path in pairs(h.roots) do
      for here in pairs(c.roots) do
        if path == here then
          return h.n
        elseif (is_header(path) or not h.static) and not best and
            (world(path) == world(here) or is_header(path) and path:find('^include/')) then
          best = h.n
        end
      end
    end
  end
  return best
end

-- The chunk that name means in prose.
local function plain(name)
  local found
  for _, h in ipairs(homes[name] or {}) do
    if (not h.static or name:find('_')) and not found then
      found = h.n
    elseif not h.static then
      return nil
    end
  end
  return found
end

function Pandoc(doc)
  doc:walk {
    CodeBlock = function(b)
      if b.classes:includes('chunk') then
        local a = b.attributes
        local c = { n = tonumber(a.n), name = a.name, file = a.file, text = b.text,
          uses = a.uses, defines = a.defines, roots = {} }
        chunks[c.n] = c
        pieces[c.name] = pieces[c.name] or {}
        table.insert(pieces[c.name], c.n)
      end
    end,
  }
  spread()
  for _, c in ipairs(chunks) do
    add(c)
  end
  return doc:walk {
    CodeBlock = function(b)
      if b.classes:includes('chunk') then
        local n, out = tonumber(b.attributes.n), {}
        for name in b.attributes.uses:gmatch('[^,]+') do
          local there = resolve(name, chunks[n])
          if there and there ~= n then
            out[#out + 1] = name .. '=' .. there
          end
        end
        b.attributes.links = table.concat(out, ';')
        return b
      end
    end,
    Code = function(c)
      local name = c.text:gsub('%(%)$', '')
      local there = plain(name)
      if there then
        c.attributes.home = tostring(there)
        return c
      end
    end,
  }
end

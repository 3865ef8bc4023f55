-- What the tests in this folder are written with. Each file runs in an interpreter of its own, with two fresh
-- in-memory SQLite connections: `main` (current) and `other`.
failures = {}
count = 0

function test(name, body)
  count = count + 1
  local ok, message = pcall(body)
  if not ok then failures[#failures + 1] = name .. ": " .. tostring(message) end
end

function equal(found, wanted)
  if found ~= wanted then
    error("found " .. tostring(found) .. " (" .. type(found) .. "), wanted " .. tostring(wanted) .. " ("
          .. type(wanted) .. ")", 2)
  end
end

-- The body must raise an error of our kind whose code is `code` and whose text contains `part`.
function fails(code, part, body)
  local ok, problem = pcall(body)
  if ok then error("nothing was raised, wanted " .. code, 2) end
  if type(problem) ~= "table" then error("a plain error was raised: " .. tostring(problem), 2) end
  if problem.code ~= code or not problem.what:find(part, 1, true) then
    error("raised " .. tostring(problem.code) .. ": " .. tostring(problem), 2)
  end
  return problem
end

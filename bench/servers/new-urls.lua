-- Every request has a new URL: NEW in the path becomes a number.
local serial = tonumber(os.getenv("SERIAL"))
local before, after = wrk.path:match("^(.-)NEW(.*)$")
local count = 0

function request()
  count = count + 1
  return wrk.format("GET", string.format("%s%d%06d%s", before, serial, count, after))
end

-- A label that nobody has asked for before, with every request: each picture is new.
local serial = tonumber(os.getenv("SERIAL"))
local count = 0

function request()
  count = count + 1
  return wrk.format("GET", string.format("%s?label=%d-%d", wrk.path, serial, count))
end

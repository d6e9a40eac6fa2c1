-- Two badges of every package, one after the other, as READMEs have them. Tells how many answers said something else than `ok`.
local kinds = { "version", "license" }
local asked = 0
answered, failed = 0, 0
local worker

function setup(thread)
  worker = thread
end

function request()
  local path = string.format("/%s/package-%d/badge.svg", kinds[asked % 2 + 1], math.floor(asked / 2))
  asked = asked + 1
  return wrk.format("GET", path)
end

function response(_, headers)
  answered = answered + 1
  if headers["X-Badge-Status"] ~= "ok" then failed = failed + 1 end
end

function done()
  print("answered " .. worker:get("answered") .. ", failed " .. worker:get("failed"))
end

-- Each client rests at random, PAUSE_MS in the mean, so that requests come at random moments.
local pause = tonumber(os.getenv("PAUSE_MS"))
math.randomseed(20131115)

function delay()
  return math.floor(-math.log(1 - math.random()) * pause)
end

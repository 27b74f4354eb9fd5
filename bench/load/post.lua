-- What wrk sends: the question beside this file.
local file = assert(io.open(os.getenv("QUESTION"), "r"))
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = "application/json"
file:close()

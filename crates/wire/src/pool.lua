-- The pool of one account's quotas: KEYS[1] is all that is known of it, ARGV[1] what one gateway tells
-- and wants, as JSON (pool.rs). Numbers are whole and below 2^53, so they are exact. A quota's credit
-- counts in its own unit: what one gateway's part of the rate brings in a microsecond.
local ask = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function nothing(why)
  return { why, now, '', 0, {}, {}, {}, {} }
end

if now > ask.not_after then
  return nothing('late')
end

local packed = redis.call('GET', KEYS[1])
local state = packed and cmsgpack.unpack(packed) or nil

if state and state.described ~= ask.described then
  for _, lease in pairs(state.leases) do
    if lease.till > now then
      return nothing('otherwise')
    end
  end
  state = nil
end
-- A memory that knows less than a gateway does, or that is ahead of the clock, is none.
if state and state.epoch == ask.epoch and state.seen < ask.seen then
  state = nil
end
if state and state.at > now + 1000000 then
  state = nil
end
if not state then
  -- What was granted before may still be held for a lease, so nothing grows until then.
  state = {
    described = ask.described, epoch = ask.new_epoch, seen = 0,
    at = now, from = now + ask.lease_us, credit = {}, leases = {}, pauses = {},
  }
  for i in ipairs(ask.quotas) do
    state.credit[i] = 0
  end
end
now = math.max(now, state.at)

-- Pool and what is lent from it hold no more than the pool may.
local function clip()
  for i, quota in ipairs(ask.quotas) do
    local room = quota.pool
    for _, lease in pairs(state.leases) do
      room = room - lease.lent[i]
    end
    state.credit[i] = math.max(0, math.min(state.credit[i], room * quota.permit))
  end
end

-- How many gateways' parts of the rate flow here.
local function parts()
  local count = 0
  for _, lease in pairs(state.leases) do
    if lease.counted then
      count = count + 1
    end
  end
  return math.min(count, ask.replicas)
end

local function grow(till)
  local passed = till - math.max(state.at, state.from)
  if passed > 0 then
    for i in ipairs(ask.quotas) do
      state.credit[i] = state.credit[i] + passed * parts()
    end
  end
  state.at = math.max(state.at, till)
  clip()
end

-- Leases end one after the other, and what grew before each is cut to the room there was.
while true do
  local first = nil
  for id, lease in pairs(state.leases) do
    if lease.till <= now and (not first or lease.till < state.leases[first].till) then
      first = id
    end
  end
  if not first then
    break
  end
  grow(state.leases[first].till)
  state.leases[first] = nil
end
grow(now)

local mine = state.leases[ask.id]
if mine and mine.call >= ask.call then
  return nothing('late')
end
local lent = {}
for i, quota in ipairs(ask.quotas) do
  local back = math.min(quota.back, mine and mine.lent[i] or 0)
  state.credit[i] = state.credit[i] + back * quota.permit
  lent[i] = 0
end
state.leases[ask.id] = {
  till = now + ask.lease_us, counted = ask.counted, call = ask.call, lent = lent,
}
clip()

local held, granted, closed, waits = {}, {}, {}, {}
for i, quota in ipairs(ask.quotas) do
  held[i], granted[i], closed[i] = quota.held, 0, 0
end

local function whole(i)
  return math.floor(state.credit[i] / ask.quotas[i].permit)
end

local function grant(i, permits)
  if permits > 0 then
    held[i] = held[i] + permits
    granted[i] = granted[i] + permits
    state.credit[i] = state.credit[i] - permits * ask.quotas[i].permit
  end
end

-- A seat is filled as far as the pool is full.
local function fill()
  for i, quota in ipairs(ask.quotas) do
    local due = math.floor(whole(i) * quota.seat / quota.pool)
    grant(i, math.min(whole(i), due - held[i]))
  end
end

-- How long until a claim may have its least.
local function pause(claim)
  local longest = 5000
  for _, of in ipairs(claim.of) do
    local i = of.quota + 1
    local need = claim.min + of.seat - held[i]
    if need > 0 then
      local missing = (of.pool + need) * ask.quotas[i].permit - state.credit[i]
      local flow = parts()
      local wait = ask.lease_us
      if flow > 0 then
        wait = math.ceil(missing / flow) + math.max(0, state.from - now)
      end
      longest = math.max(longest, wait)
    end
    longest = math.max(longest, closed[i])
  end
  return longest
end

local filled = false
for n, claim in ipairs(ask.claims) do
  if not claim.front and not filled then
    fill()
    filled = true
  end
  local permits = claim.max
  for _, of in ipairs(claim.of) do
    local i = of.quota + 1
    local free = math.max(0, whole(i) - of.pool)
    if closed[i] > 0 then
      permits = 0
    end
    permits = math.min(permits, held[i] - of.seat + free)
  end
  if permits >= claim.min then
    waits[n] = 0
    for _, of in ipairs(claim.of) do
      local i = of.quota + 1
      grant(i, permits + of.seat - held[i])
      held[i] = held[i] - permits
    end
  else
    -- Who comes behind does not take what this one waits for.
    waits[n] = pause(claim)
    for _, of in ipairs(claim.of) do
      closed[of.quota + 1] = waits[n]
    end
  end
end
if not filled then
  fill()
end

local left = {}
for i, quota in ipairs(ask.quotas) do
  lent[i] = math.max(0, quota.held + granted[i] - quota.seat)
  left[i] = whole(i)
end

for _, told in ipairs(ask.pauses) do
  local name = told.class .. ' ' .. told.lane
  state.pauses[name] = math.max(state.pauses[name] or 0, now + told.us)
end
local pauses = {}
for name, till in pairs(state.pauses) do
  if till > now then
    local class, lane = name:match('^(%S+) (%d+)$')
    pauses[#pauses + 1] = { class, tonumber(lane), till - now }
  else
    state.pauses[name] = nil
  end
end

state.seen = state.seen + 1
redis.call('SET', KEYS[1], cmsgpack.pack(state), 'PX', 604800000)
return { 'done', now, state.epoch, state.seen, granted, left, waits, pauses }

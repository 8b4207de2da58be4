-- One step of the shared limiter: news of calls that ended, then at most one ask. Atomic, by the server's time.
--
-- Times are microseconds. A token of a call is a member of its own, so that counting is one command:
--   flight  tokens of calls under way, scored by the end of their lease
--   held    tokens of calls that ended, scored by the time at which the vendor has counted them at the latest
--   slots   calls that take a place of a concurrency limit, scored by the end of their lease
--   line    those who wait, scored by their turn;  alive: scored by when they lose it
--   state   what the vendor told (`remaining`, `anchor`, `until`), when the gate `opens`, the pace, the last turn,
--           when this state was `born`, until when it is `blind`, the `longest` window that anybody keeps
-- Every news may be told twice: what it does is done when a token moves, and a token moves once.

local flight, held, slots, line, alive, state = unpack(KEYS)
local step = cjson.decode(ARGV[1])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])

local function text(number) return string.format('%.0f', number) end
local function noted(field) return tonumber(redis.call('HGET', state, field)) end
local function note(field, number) redis.call('HSET', state, field, text(number)) end

-- A server that lost its memory does not know who is under way: whoever knew an older state tells it, and nobody starts
-- before all that may be forgotten is over.
local born = noted('born')
if not born then
    born = now
    note('born', born)
end
if step.born and step.born ~= born then note('blind', born + step.longest + step.linger) end

-- Machines may keep different windows of one limit for a while: what one of them needs is not thrown away by another.
local longest = math.max(step.longest, noted('longest') or 0)
note('longest', longest)

-- Moves a call's tokens out of flight, into `held` at `counted` if that is given. How many moved.
local function land(name, cost, counted)
    local moved = 0
    for token = 1, cost do
        local member = name .. '#' .. token
        if redis.call('ZREM', flight, member) == 1 then
            moved = moved + 1
            if counted then redis.call('ZADD', held, text(counted), member) end
        end
    end
    return moved
end

local function leave(waiter)
    redis.call('ZREM', line, waiter)
    redis.call('ZREM', alive, waiter)
end

-- The vendor's own count. Within one of its spans it only falls, so the lowest news wins.
local function told(remaining, until_then)
    -- Of a span that is over: news may be late.
    if until_then <= now then return end
    local anchor, known_until = noted('anchor'), noted('until')
    local same = anchor and known_until and now < known_until and math.abs(until_then - anchor) <= step.same_reset
    if same then
        note('remaining', math.min(remaining, noted('remaining')))
        note('until', math.max(until_then, known_until))
    else
        note('remaining', remaining)
        note('anchor', until_then)
        note('until', until_then)
    end
end

local function silent(cost)
    local remaining = noted('remaining')
    if remaining then note('remaining', math.max(0, remaining - cost)) end
end

for _, news in ipairs(step.news) do
    local at = now - news.age
    if news.what == 'answered' then
        if land(news.name, news.cost, at) > 0 then
            if news.remaining then told(news.remaining, at + news.holds) else silent(news.cost) end
        end
        if news.wait then note('opens', math.max(noted('opens') or 0, at + news.wait)) end
        if news.over then redis.call('ZREM', slots, news.name) end
    elseif news.what == 'lost' then
        if land(news.name, news.cost, at + step.linger) > 0 then silent(news.cost) end
        -- The vendor may still work on it.
        if redis.call('ZREM', slots, news.name) == 1 then
            redis.call('ZADD', slots, text(at + step.linger), news.name)
        end
    else
        land(news.name, news.cost)
        redis.call('ZREM', slots, news.name)
        leave(news.name .. '#' .. news.cost)
    end
end

-- What has run out.
redis.call('ZREMRANGEBYSCORE', flight, '-inf', text(now))
redis.call('ZREMRANGEBYSCORE', slots, '-inf', text(now))
redis.call('ZREMRANGEBYSCORE', held, '-inf', text(now - longest))
for _, waiter in ipairs(redis.call('ZRANGEBYSCORE', alive, '-inf', text(now))) do leave(waiter) end

-- A lifetime is never shortened: another step may have given out a longer lease.
local function keep_for(key, lifetime)
    if redis.call('PTTL', key) < lifetime then redis.call('PEXPIRE', key, lifetime) end
end

local function keep()
    for _, key in ipairs({ flight, slots, line, alive }) do keep_for(key, step.forget) end
    keep_for(held, step.forget + math.ceil(longest / 1000))
    keep_for(state, step.forget_state)
end

local ask = step.ask
if not ask then
    keep()
    return { 0, 0, 0, 0, born }
end

-- Who asks holds nothing: a grant whose reply was lost is taken back.
land(ask.name, ask.cost)
redis.call('ZREM', slots, ask.name)

local waiter = ask.name .. '#' .. ask.cost
local under_way = redis.call('ZCARD', flight)

-- When `wanted` tokens fit beside `fixed`, which stay: microseconds from now, 0 for at once, nil if that is not known.
local function windows_ready(wanted, fixed)
    local wait = 0
    for _, window in ipairs(step.windows) do
        local since = '(' .. text(now - window.per)
        local counted = redis.call('ZCOUNT', held, since, '+inf')
        local over = fixed + counted + wanted - window.count
        if over > counted then return nil end
        if over > 0 then
            local last = redis.call('ZRANGEBYSCORE', held, since, '+inf', 'WITHSCORES', 'LIMIT', over - 1, 1)
            wait = math.max(wait, tonumber(last[2]) + window.per - now)
        end
    end
    return wait
end

local function paced(starts_before)
    if not step.pace then return 0 end
    return math.max(0, (noted('paced') or 0) + starts_before * step.pace.interval - step.pace.tolerance - now)
end

local gate = math.max(0, (noted('opens') or 0) - now)
local remaining, known_until = noted('remaining'), noted('until')
local function allowed(wanted)
    if remaining and known_until > now and under_way + wanted > remaining then return known_until - now end
    return 0
end

-- What the vendor itself refuses, and the earliest start that is thinkable whatever the calls under way do.
local closed = gate
if under_way == 0 then closed = math.max(gate, allowed(ask.cost)) end
local blind = math.max(0, (noted('blind') or 0) - now)
local earliest = math.max(closed, blind, windows_ready(ask.cost, 0) or 0, paced(0))

-- Who came before has its part set aside; beyond the first of them nobody counts exactly.
local place = redis.call('ZRANK', line, waiter) or redis.call('ZCARD', line)
local before = place
if place > 0 then
    for _, other in ipairs(redis.call('ZRANGE', line, 0, math.min(place, 64) - 1)) do
        before = before + tonumber(string.match(other, '#(%d+)$')) - 1
    end
end

local wanted = before + ask.cost
local wait = windows_ready(wanted, under_way)
if wait then
    wait = math.max(wait, gate, allowed(wanted), paced(place))
else
    -- Tokens under way come free a whole span after their answer at the earliest.
    wait = step.shortest / 2
end
if step.slots > 0 and redis.call('ZCARD', slots) + place + 1 > step.slots then
    wait = math.max(wait, step.poll * (1 + place))
end
if allowed(wanted) > 0 and under_way > 0 then
    -- An answer under way may bring better news.
    wait = math.max(gate, math.min(wait, step.news_poll))
end

wait = math.max(wait, blind)

if wait <= 0 then
    leave(waiter)
    for token = 1, ask.cost do
        redis.call('ZADD', flight, text(now + ask.lease), ask.name .. '#' .. token)
    end
    if step.slots > 0 then redis.call('ZADD', slots, text(now + ask.slot_lease), ask.name) end
    if step.pace then note('paced', math.max(noted('paced') or 0, now) + step.pace.interval) end
    keep()
    return { 1, 0, 0, 0, born }
end

wait = math.min(wait, step.heartbeat + place * 1000)
if place == redis.call('ZCARD', line) then
    redis.call('ZADD', line, redis.call('HINCRBY', state, 'turn', 1), waiter)
end
redis.call('ZADD', alive, text(now + wait + step.grace), waiter)
keep()
return { 0, math.ceil(wait), math.ceil(closed), math.ceil(earliest), born }

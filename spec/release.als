/*
 * The release and lease protocol as keyd plays it (spec/evidence.md §10, spec/key-release.md §§4-6),
 * for Alloy 6. The server is hostile: it appends whatever it has, in any order, shows keyd the log
 * when it likes, and asks for leases whenever it likes. It cannot sign for people, so an Approve or
 * a Stop is in the model only if that person signed it. Evidence, documents, waivers and checks are
 * one thing here: a no that is final (time: lapsed) or one that may be taken back (No, then Yes).
 * Lines marked RULE are taken out one by one by ProtocolModelTest, and each is then missed.
 */
module release

open util/ordering[Entry] as log

abstract sig Audience {}
one sig Internal, Partner, Limited extends Audience {}

fun narrower: Audience -> Audience { Partner -> Internal + Limited -> Partner }

/** Audiences that the policy opens without dwelling at the narrower one. */
one sig Policy { free: set Audience }

sig Person {}

/** A request for one model, which may resume another; its requester is a person, too. */
sig Release { audience: one Audience, requester: one Person, resumes: lone Release }

/** A request of the keeper's for a lease; good once. */
sig Asked { release: one Release }

/** Entries in the order in which the server will append them, if it does. */
abstract sig Entry {}
abstract sig About extends Entry { of: one Release }
sig Approve extends About { by: one Person }
sig Activate, Suspend, Stop, No, Yes extends About {}
sig Intent extends Entry { asked: one Asked }
/** What no honest server can have written: a bad signature, an impossible transition. */
sig Forged extends Entry {}

var sig logged in Entry {}        -- what the server has appended, a prefix
var sig read in Entry {}          -- what keyd has read and cosigned, a prefix of that
var sig lapsed in Release {}      -- evidence or request are past their end
var sig stale in Approve {}       -- approvals past their end; another may come in their place
var sig dwelled in Release {}     -- in force for the dwell time, by keyd's clock
var sig counted in Release {}       -- in force by keyd's own judgement at some time
var sig fallen in Release {}      -- and then no more
var sig spent in Asked {}         -- answered with a key
var sig live in Asked {}          -- leases that run

/* ---- The gate, on what keyd has read ---- */

pred quorum[r: Release, seen: set Entry] {
  some (Approve & seen & of.r).by - r.requester -- RULE people
  r.audience = Internal or some disj p, q: (Approve & seen & of.r).by - r.requester | some p + q -- RULE two
}

/** What is read and has not lapsed. */
fun standing: set Entry { read - stale }

/** The last word on what may be taken back is not no. */
pred fine[r: Release, seen: set Entry] {
  no n: No & seen & of.r | no y: Yes & seen & of.r | log/lt[n, y]
}

pred promoted[r: Release, seen: set Entry] {
  r in counted or (some r.resumes implies resumable[r, r.resumes, seen] else stepped[r])
}

/** What was suspended or stopped is taken up again, for as many people at most. */
pred resumable[r, s: Release, seen: set Entry] {
  s in counted -- RULE resumed
  some (Suspend + Stop) & seen & of.s -- RULE ended
  s.audience in r.audience.*narrowest -- RULE as wide
}

pred stepped[r: Release] {
  r.audience = Internal or r.audience in Policy.free
    or some s: dwelled - fallen | s in counted and s.audience in r.audience.narrower.*narrowest -- RULE promotion
}

/** Wider ones count for narrower ones. */
fun narrowest: Audience -> Audience { ~narrower }

pred gate[r: Release, seen: set Entry] {
  quorum[r, seen]
  fine[r, seen]
  r not in lapsed -- RULE time
  no Stop & seen & of.r -- RULE stop
  promoted[r, seen]
}

/** In force by the log. */
pred inForce[r: Release, seen: set Entry] {
  some Activate & seen & of.r -- RULE activation
  no (Suspend + Stop) & seen & of.r -- RULE suspension
}

/* ---- Steps ---- */

pred unchanged { counted' = counted and fallen' = fallen and dwelled' = dwelled and lapsed' = lapsed
  and stale' = stale and spent' = spent and live' = live }

pred append {
  logged in logged' and some logged' - logged
  all e: logged' | log/prevs[e] in logged'
  read' = read
  unchanged
}

fun toRead: Entry { { e: logged - read | log/prevs[e] in read } }

/** keyd reads one entry and judges, before and after: a no is never skipped. */
pred readOne {
  one toRead
  toRead not in Forged -- RULE forged
  read' = read + toRead
  logged' = logged
  lapsed' = lapsed and dwelled' = dwelled and stale' = stale and spent' = spent
  let was = { r: counted | not (inForce[r, read] and gate[r, standing]) },
      now = { r: Release | inForce[r, read'] and gate[r, read' - stale] } {
    counted' = counted + (now - fallen - was)
    fallen' = fallen + was + (counted - now) -- RULE fallen
  }
  live' = { q: live | q.release not in fallen' } -- RULE watch
}

pred time {
  lapsed in lapsed' and dwelled in dwelled'
  dwelled' in counted -- RULE dwell
  stale in stale'
  some (lapsed' - lapsed) + (dwelled' - dwelled) + (stale' - stale)
  live' in { q: live | q.release not in lapsed' and quorum[q.release, read - stale'] } -- RULE grant
  logged' = logged and read' = read and counted' = counted and fallen' = fallen and spent' = spent
}

pred lease[q: Asked] {
  some asked.q & read -- RULE intent
  q not in spent
  q.release in counted - fallen -- RULE judgement
  inForce[q.release, read]
  gate[q.release, standing]
  spent' = spent + q and live' = live + q
  logged' = logged and read' = read and counted' = counted and fallen' = fallen
  lapsed' = lapsed and dwelled' = dwelled and stale' = stale
}

pred stutter { logged' = logged and read' = read and unchanged }

fact behaviour {
  no logged + read and no lapsed + stale.of and no dwelled and no counted and no fallen and no spent and no live
  always (append or readOne or time or (some q: Asked | lease[q]) or stutter)
}

/* ---- What must hold ---- */

/** No key without a release in force, judged so by keyd, approved by two who are not its requester. */
assert noKeyWithoutARelease {
  always all q: spent' - spent | let r = q.release {
    some Activate & read & of.r
    no (Stop + Suspend) & read & of.r
    some (Approve & standing & of.r).by - r.requester
    r.audience != Internal implies #((Approve & standing & of.r).by - r.requester) > 1
    fine[r, read]
    r not in lapsed
  }
}

assert noEntryNoKey { always all q: spent' - spent | some asked.q & read }

assert noLeaseBeyondItsGrant {
  always no q: live | q.release in lapsed or no (Approve & standing & of.(q.release))
}

/** Reading a stop is never refused, and nothing runs or is given after it. */
assert tighteningIsNeverBlocked {
  always all s: Stop | s in toRead implies (Forged & (log/prevs[s] - read) = none)
  always all s: Stop | s in read implies
    always ((no q: live | q.release = s.of) and no q: spent' - spent | q.release = s.of)
}

assert fallenStaysFallen {
  always (fallen in fallen' and no q: spent' - spent | q.release in fallen)
}

/** A no that keyd has read, or that time said before it read on, is the last word. */
assert aNoIsNeverSkipped {
  always all r: counted | (readOne and not (inForce[r, read] and gate[r, standing])) implies r in fallen'
  always all r: counted | (readOne and not (inForce[r, read'] and gate[r, read' - stale])) implies r in fallen'
}

assert noAudienceIsSkipped {
  always all r: counted' - counted | r.audience not in Internal + Policy.free and no r.resumes implies
    some s: dwelled | s in counted and s.audience in r.audience.narrower.*narrowest
}

/** Only what keyd itself saw in force is resumed, once it has ended, and for no more people. */
assert nothingIsInventedToBeResumed {
  always all r: counted' - counted | some r.resumes implies {
    r.resumes in counted
    some (Suspend + Stop) & read' & of.(r.resumes)
    r.resumes.audience in r.audience.*narrowest
  }
}

assert dwellIsKeydsOwn { always dwelled in counted }

/** Nothing is read beyond an entry that cannot be honest. */
assert nothingAfterAForgery { always no f: Forged | f in read or some log/nexts[f] & read }

/* ---- What must be possible ---- */

/** Requested, approved by two, in force, leased; a wider one after dwelling; stopped; nothing runs. */
pred honestLife {
  no Policy.free
  some disj r, s: Release | r.audience = Internal and s.audience = Partner
    and eventually (some q: live | q.release = r and eventually (
      some p: live | p.release = s and eventually (some Stop & read & of.s and no live)))
}

/** Stopped, and resumed by a quorum of its own: nothing else is in force meanwhile. */
pred resumedLife {
  no Policy.free
  some disj r, s: Release | r.audience = Internal and s.audience = Internal and s.resumes = r
    and eventually (some q: live | q.release = r and eventually (
      no live and some Stop & read & of.r and eventually (some p: live | p.release = s)))
}

package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// one asks for an agency and works so long; it tells whether it was let in.
func (t *Turns) one(ctx context.Context, agency int64, work time.Duration) bool {
	leave, _ := t.enter(ctx, agency)
	if leave == nil {
		return false
	}
	time.Sleep(work)
	leave()
	return true
}

// flood lets many people of an agency ask without a pause until ctx ends, and counts what was answered.
func (t *Turns) flood(ctx context.Context, all *sync.WaitGroup, agency int64, people int, work time.Duration) *atomic.Int64 {
	var answered atomic.Int64
	for range people {
		all.Go(func() {
			for ctx.Err() == nil {
				if t.one(ctx, agency, work) {
					answered.Add(1)
				} else if ctx.Err() == nil {
					time.Sleep(100 * time.Millisecond)
				}
			}
		})
	}
	return &answered
}

func TestAnAgencyAloneNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(2)
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		var all sync.WaitGroup
		answered := turns.flood(ctx, &all, 1, 50, 10*time.Millisecond)
		all.Wait()
		if n := answered.Load(); n < 50*20*100-100 {
			t.Errorf("%d answers: an agency alone was held back", n)
		}
	})
}

// While an agency floods, the others come in at once, and the flood gets its part and no more.
func TestAFloodGetsItsPartAndTheOthersDoNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(2)
		ctx, stop := context.WithTimeout(t.Context(), 62*time.Second)
		defer stop()
		var all sync.WaitGroup
		for agency := int64(2); agency <= 40; agency++ { // the others at ordinary work
			all.Go(func() {
				for ctx.Err() == nil {
					begun := time.Now()
					if !turns.one(ctx, agency, 5*time.Millisecond) {
						t.Errorf("agency %d was turned away", agency)
					}
					if took := time.Since(begun); took > 6*time.Millisecond {
						t.Errorf("agency %d waited: %s", agency, took)
					}
					time.Sleep(2 * time.Second)
				}
			})
		}
		time.Sleep(2 * time.Second)
		answered := turns.flood(ctx, &all, 1, 200, 5*time.Millisecond)
		time.Sleep(20 * time.Second) // what it had saved is spent
		before := answered.Load()
		time.Sleep(30 * time.Second)
		used := time.Duration(answered.Load()-before) * 5 * time.Millisecond
		if part := time.Duration(2 * turnShare * float64(30*time.Second)); used > part*11/10 || used < part*8/10 {
			t.Errorf("the flood used %s of 30 s, its part is %s", used, part)
		}
		<-ctx.Done()
		all.Wait()
		if turns.active == 0 || len(turns.lanes[1].waiting) != 0 || turns.lanes[1].inside != 0 {
			t.Errorf("left behind: %+v", turns.lanes[1])
		}
	})
}

// Who cannot come in in time hears it at once and how long to stay away; nobody waits for ever, and who goes away leaves the queue.
func TestNobodyWaitsWithoutHope(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(1)
		ctx, stop := context.WithTimeout(t.Context(), 40*time.Second)
		defer stop()
		var all sync.WaitGroup
		turns.flood(ctx, &all, 2, 1, time.Millisecond)
		var longest atomic.Int64
		var sent atomic.Int64
		for range 300 {
			all.Go(func() {
				for ctx.Err() == nil {
					begun := time.Now()
					leave, later := turns.enter(ctx, 1)
					if ctx.Err() == nil {
						longest.Store(max(longest.Load(), int64(time.Since(begun))))
					}
					if leave == nil {
						sent.Add(1)
						if later < time.Second {
							t.Errorf("told to come back after %s", later)
						}
						time.Sleep(time.Second)
						continue
					}
					time.Sleep(200 * time.Millisecond)
					leave()
				}
			})
		}
		all.Wait()
		if sent.Load() == 0 || time.Duration(longest.Load()) > turnPatience+time.Second {
			t.Errorf("%d sent away, the longest wait %s", sent.Load(), time.Duration(longest.Load()))
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		turns.lanes[1].balance, turns.active = -time.Second, 2
		if let, _ := turns.enter(gone, 1); let != nil {
			let()
		}
		synctest.Wait()
		if l := turns.lanes[1]; len(l.waiting) != 0 || l.inside != 0 {
			t.Errorf("left behind: %+v", l)
		}
	})
}

// A request that waits for a slow reader does not keep its colleagues out.
func TestALongRequestGivesItsPlaceBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(2)
		var all sync.WaitGroup
		all.Go(func() { turns.one(t.Context(), 2, time.Millisecond) })
		for range 4 {
			all.Go(func() { turns.one(t.Context(), 1, time.Minute) })
		}
		time.Sleep(3 * time.Second)
		begun := time.Now()
		turns.one(t.Context(), 2, time.Millisecond)
		if !turns.one(t.Context(), 1, time.Millisecond) || time.Since(begun) > time.Second {
			t.Errorf("waited %s behind downloads", time.Since(begun))
		}
		all.Wait()
		if l := turns.lanes[1]; l.inside != 0 {
			t.Errorf("%d inside", l.inside)
		}
	})
}

// Whoever is turned away gets a page in his language, or a problem, with the time to wait; strangers, assets and live pages pass.
func TestWhoIsTurnedAwayHearsWhen(t *testing.T) {
	turns := newTurns(1)
	looked := 0
	turns.cards.look = func(_ context.Context, token string, _ bool) (int64, error) {
		if looked++; token == "unknown" {
			return 0, errors.New("no such session")
		}
		return 7, nil
	}
	turns.enter(t.Context(), 8)
	turns.lanes[7] = &lane{balance: -time.Hour, at: time.Now(), seen: time.Now(), average: time.Millisecond}
	door := New(Config{})
	defer door.Close()
	passed := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	ask := func(handler http.Handler, path, cookie, bearer string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		if cookie != "" {
			r.Header.Set("Cookie", cookie)
		}
		if bearer != "" {
			r.Header.Set("Authorization", "Bearer "+bearer)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	door.handler = passed
	pages, api := turns.Between(door), turns.Between(passed)
	w := ask(pages, "/incoming", "__Host-congvu=mine", "")
	if w.Code != 503 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "Cơ quan đang có quá nhiều yêu cầu cùng lúc") || w.Header().Get("Content-Security-Policy") == "" {
		t.Errorf("page: %d %v", w.Code, w.Header())
	}
	if w = ask(pages, "/incoming", "__Host-congvu=mine; congvu-lang=en", ""); !strings.Contains(w.Body.String(), "too many requests") {
		t.Errorf("in English: %s", w.Body.String())
	}
	if w = ask(api, "/api/v1/incoming", "", "token"); w.Code != 503 || w.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(w.Body.String(), "quá nhiều yêu cầu") {
		t.Errorf("api: %d %s", w.Code, w.Body.String())
	}
	if looked != 2 {
		t.Errorf("%d tokens were looked up: each is remembered", looked)
	}
	for path, cookie := range map[string]string{"/sign-in": "", "/incoming": "congvu=unknown", "/assets/app.css": "congvu=mine", "/events": "congvu=mine"} {
		if w = ask(pages, path, cookie, ""); w.Code != http.StatusNoContent {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// When the server is busy every answer takes long: agencies at ordinary work pay only for their part of the processors, and several of their people come in at once.
func TestABusyServerDoesNotHoldOrdinaryAgenciesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(2)
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		var all sync.WaitGroup
		for agency := int64(1); agency <= 30; agency++ { // some forty inside at any time: each answer takes twenty times its own work
			for range 3 {
				all.Go(func() {
					for ctx.Err() == nil {
						begun := time.Now()
						if !turns.one(ctx, agency, 200*time.Millisecond) && ctx.Err() == nil {
							t.Errorf("agency %d was turned away", agency)
						}
						if took := time.Since(begun); took > 210*time.Millisecond {
							t.Errorf("agency %d waited: %s", agency, took)
						}
						time.Sleep(200 * time.Millisecond)
					}
				})
			}
		}
		all.Wait()
		if turns.here != 0 {
			t.Errorf("%d still inside", turns.here)
		}
	})
}

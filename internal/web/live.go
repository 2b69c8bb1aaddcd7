package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"congvu/internal/auth"
	"congvu/internal/notify"
	"congvu/internal/store"
)

// live tells open pages the names of what changed in their agency; the pages fetch themselves again, with their own rights. One document sent to everybody
// changes thousands of open pages at once: they are told one after the other, at a pace that leaves the server to those who ask for something, and what
// changes meanwhile is told along with it.
type live struct {
	stop     context.CancelFunc
	mu       sync.Mutex
	agencies pagesOf
	people   pagesOf
	closed   bool

	due     []*listener // whose page is to be told what changed, in this order
	tokens  float64     // how many may be told at once
	counted time.Time   // of tokens
	wake    *time.Timer
	cores   float64
}

// listener is one open page.
type listener struct {
	agency, person int64
	news           chan news // closed: the page was too slow or the door closes
	changed        []string  // what it will be told of when it is its turn
}

// pagesOf are the open pages of each agency or person.
type pagesOf map[int64]map[*listener]bool

func (p pagesOf) add(of int64, one *listener) {
	if p[of] == nil {
		p[of] = map[*listener]bool{}
	}
	p[of][one] = true
}

func (p pagesOf) remove(of int64, one *listener) {
	delete(p[of], one)
	if len(p[of]) == 0 {
		delete(p, of)
	}
}

type news struct {
	names   string // what changed, spaces between
	unread  bool   // the person may have a new message
	session bool   // a session of the person's may have ended
}

const (
	mostNews  = 32 // news that wait for a slow page
	pingEvery = 25 * time.Second
	mostPages = 20 // open pages of one person

	livePace  = 50 // pages told in a second for each processor: about a fifth of it, when every page fetches itself again
	liveBurst = 50 // pages told at once for each processor: an office never waits
)

// newsOf names what pages watch, by the first word of a verb.
var newsOf = map[string]string{
	"document": "documents", "certificate": "documents", "preservation": "documents", "register": "documents", "batch": "batches", "delivery": "exchange", "parcel": "exchange",
	"agency": "org", "unit": "org", "person": "org", "holding": "org", "delegation": "org", "account": "org",
}

func newLive(db *store.DB, log *slog.Logger) *live {
	ctx, stop := context.WithCancel(context.Background())
	l := &live{stop: stop, agencies: pagesOf{}, people: pagesOf{}, cores: float64(runtime.GOMAXPROCS(0)), counted: time.Now()}
	l.tokens = liveBurst * l.cores
	if db != nil {
		go db.Tail(ctx, l.hear, func(err error) { log.Error("live pages", "error", err) })
	}
	return l
}

func (l *live) close() {
	l.stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, of := range l.people {
		for one := range of {
			l.drop(one)
		}
	}
	l.due = nil
	if l.wake != nil {
		l.wake.Stop()
	}
}

// drop ends a listener; the lock is held.
func (l *live) drop(one *listener) {
	if !l.people[one.person][one] {
		return
	}
	l.people.remove(one.person, one)
	l.agencies.remove(one.agency, one)
	close(one.news)
}

func (l *live) join(agency, person int64) *listener {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || len(l.people[person]) >= mostPages {
		return nil
	}
	one := &listener{agency: agency, person: person, news: make(chan news, mostNews)}
	l.people.add(person, one)
	l.agencies.add(agency, one)
	return one
}

func (l *live) leave(one *listener) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop(one)
}

// hear takes one entry of the journal to the pages it concerns.
func (l *live) hear(e store.Entry) {
	told, err := e.Told()
	if err != nil {
		return
	}
	first, _, _ := strings.Cut(e.Verb, ".")
	l.mu.Lock()
	defer l.mu.Unlock()
	if name := newsOf[first]; name != "" {
		for one := range l.agencies[e.AgencyID] {
			if len(one.changed) == 0 {
				l.due = append(l.due, one)
			}
			if !slices.Contains(one.changed, name) {
				one.changed = append(one.changed, name)
			}
		}
		l.pace()
	}
	for _, person := range told.Notify {
		for one := range l.people[person] {
			l.send(one, news{unread: true})
		}
	}
	if person, found := strings.CutPrefix(e.Ref, "person/"); found && (first == "account" || first == "session") {
		if id, err := strconv.ParseInt(person, 10, 64); err == nil {
			for one := range l.people[id] {
				l.send(one, news{session: true})
			}
		}
	}
}

// send gives news to a page, or drops one that is too slow: the browser connects again and fetches what it missed. The lock is held.
func (l *live) send(one *listener, n news) {
	select {
	case one.news <- n:
	default:
		l.drop(one)
	}
}

// pace tells those whose turn has come, and comes back when the next one is due; the lock is held.
func (l *live) pace() {
	now := time.Now()
	l.tokens = min(liveBurst*l.cores, l.tokens+now.Sub(l.counted).Seconds()*livePace*l.cores)
	l.counted = now
	for ; len(l.due) > 0 && l.tokens >= 1; l.due = l.due[1:] {
		one := l.due[0]
		if !l.people[one.person][one] {
			continue // gone meanwhile
		}
		l.send(one, news{names: strings.Join(one.changed, " ")})
		one.changed = one.changed[:0]
		l.tokens--
	}
	if l.wake != nil {
		l.wake.Stop()
		l.wake = nil
	}
	if len(l.due) > 0 && !l.closed {
		l.wake = time.AfterFunc(50*time.Millisecond, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.pace()
		})
	}
}

// events: GET /events
func (d *Door) events(w http.ResponseWriter, r *http.Request) error {
	s := sessionOf(r)
	one := d.live.join(s.Actor.Agency, s.PersonID)
	if one == nil {
		w.Header().Set("Retry-After", "60")
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return nil
	}
	defer d.live.leave(one)
	c := http.NewResponseController(w)
	c.SetReadDeadline(time.Time{})
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	send := func(format string, args ...any) bool {
		c.SetWriteDeadline(time.Now().Add(10 * time.Second)) // who does not read is dropped
		_, err := fmt.Fprintf(w, format, args...)
		return err == nil && c.Flush() == nil
	}
	return d.tell(r, one, send)
}

// tell writes news to one page until it goes, its session ends, or the door closes.
func (d *Door) tell(r *http.Request, one *listener, send func(string, ...any) bool) error {
	ctx := r.Context()
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	// The bell is written by a follower of the journal: it is asked a moment after the event, and once more.
	var again []time.Duration
	unread, last := time.NewTimer(0), -1
	defer unread.Stop()
	for {
		ok := true
		select {
		case <-ctx.Done():
			return nil
		case n, open := <-one.news:
			if !open {
				return nil
			}
			if n.session {
				if _, err := auth.Resolve(ctx, d.DB, visitOf(r).token); err != nil {
					return nil
				}
			}
			if n.names != "" {
				ok = send("event: changed\ndata: %s\n\n", n.names)
			}
			if n.unread {
				again = []time.Duration{4 * time.Second}
				unread.Reset(time.Second)
			}
		case <-unread.C:
			n, err := notify.Unread(ctx, d.DB, one.person)
			if err != nil {
				return nil
			}
			if n != last {
				ok, last = send("event: unread\ndata: %d\n\n", n), n
			}
			if len(again) > 0 {
				unread.Reset(again[0])
				again = again[1:]
			}
		case <-ping.C:
			ok = send(": ping\n\n")
		}
		if !ok {
			return nil
		}
	}
}

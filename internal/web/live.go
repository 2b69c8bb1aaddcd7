package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"congvu/internal/auth"
	"congvu/internal/notify"
	"congvu/internal/store"
)

// live tells open pages the names of what changed in their agency; the pages fetch themselves again, with their own rights.
type live struct {
	stop      context.CancelFunc
	mu        sync.Mutex
	listeners map[*listener]bool
	closed    bool
}

// listener is one open page.
type listener struct {
	agency, person int64
	news           chan news // closed: the page was too slow or the door closes
}

type news struct {
	name    string
	unread  bool // the person may have a new message
	session bool // a session of the person's may have ended
}

const (
	mostNews  = 32 // news that wait for a slow page
	pingEvery = 25 * time.Second
	mostPages = 20 // open pages of one person
)

// newsOf names what pages watch, by the first word of a verb.
var newsOf = map[string]string{
	"document": "documents", "certificate": "documents", "preservation": "documents", "register": "documents", "batch": "batches", "delivery": "exchange", "parcel": "exchange",
	"agency": "org", "unit": "org", "person": "org", "holding": "org", "delegation": "org", "account": "org",
}

func newLive(db *store.DB, log *slog.Logger) *live {
	ctx, stop := context.WithCancel(context.Background())
	l := &live{stop: stop, listeners: map[*listener]bool{}}
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
	for one := range l.listeners {
		l.drop(one)
	}
}

// drop ends a listener; the lock is held.
func (l *live) drop(one *listener) {
	if l.listeners[one] {
		delete(l.listeners, one)
		close(one.news)
	}
}

func (l *live) join(agency, person int64) *listener {
	l.mu.Lock()
	defer l.mu.Unlock()
	open := 0
	for one := range l.listeners {
		if one.person == person {
			open++
		}
	}
	if l.closed || open >= mostPages {
		return nil
	}
	one := &listener{agency: agency, person: person, news: make(chan news, mostNews)}
	l.listeners[one] = true
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
	for one := range l.listeners {
		about := fmt.Sprintf("person/%d", one.person)
		n := news{unread: slices.Contains(told.Notify, one.person), session: e.Ref == about && (first == "account" || first == "session")}
		if one.agency == e.AgencyID {
			n.name = newsOf[first]
		}
		if n == (news{}) {
			continue
		}
		select {
		case one.news <- n:
		default:
			l.drop(one) // too slow: the browser connects again and fetches what it missed
		}
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
			if n.name != "" {
				ok = send("event: changed\ndata: %s\n\n", n.name)
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

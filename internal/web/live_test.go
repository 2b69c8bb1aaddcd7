package web

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"congvu/internal/store"
)

// changedIn lets an agency's pages hear an act, and who else is told of it.
func changedIn(l *live, agency int64, verb string, notify ...int64) {
	var e store.Entry
	e.AgencyID, e.Verb, e.Ref = agency, verb, "document/1"
	e.Data = store.JSONOf(store.Told{Notify: notify})
	l.hear(e)
}

// In an office every page is told at once; a change that concerns thousands is told at a pace, to each page once, with what else changed meanwhile.
func TestPagesAreToldAtAPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLive(nil, slog.New(slog.DiscardHandler))
		defer l.close()
		l.cores = 2
		l.tokens = liveBurst * l.cores
		here, elsewhere := l.join(1, 1), l.join(2, 1) // one person with two posts; his number is that of the agency
		changedIn(l, 1, "document.registered")
		select {
		case n := <-here.news:
			if n.names != "documents" || n.unread || n.session {
				t.Errorf("%+v", n)
			}
		default:
			t.Error("a page of a small office has to wait")
		}
		changedIn(l, 4, "nothing.watched", 1)
		for _, one := range []*listener{here, elsewhere} {
			if n := <-one.news; !n.unread || n.names != "" {
				t.Errorf("told of a message: %+v", n)
			}
		}
		select {
		case n := <-elsewhere.news:
			t.Errorf("a foreign agency's page heard %+v", n)
		default:
		}
		var many []*listener
		for i := range 1000 {
			many = append(many, l.join(3, int64(10+i)))
		}
		time.Sleep(10 * time.Second)
		told := func() (n, most int) {
			for _, one := range many {
				n += len(one.news)
				most = max(most, len(one.news))
			}
			return n, most
		}
		changedIn(l, 3, "document.registered")
		changedIn(l, 3, "document.registered")
		changedIn(l, 3, "unit.opened")
		if n, _ := told(); n != 2*liveBurst {
			t.Errorf("%d pages told at once", n)
		}
		l.leave(many[999])
		time.Sleep(5 * time.Second)
		if n, most := told(); n > 2*liveBurst+5*2*livePace+10 || n < 2*liveBurst+5*2*livePace-10 || most != 1 {
			t.Errorf("%d pages told after five seconds, one %d times", n, most)
		}
		time.Sleep(10 * time.Second)
		n, _ := told()
		if n != 999+2*liveBurst { // the first were told of the registered document before the rest happened
			t.Errorf("%d told in the end", n)
		}
		var last news // whichever page it is: it may have been one of the first that were told
		for len(many[500].news) > 0 {
			last = <-many[500].news
		}
		if last.names != "documents org" {
			t.Errorf("told of %q", last.names)
		}
		if len(l.due) != 0 {
			t.Errorf("%d still to be told", len(l.due))
		}
	})
}

package web

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"math"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"congvu/internal/auth"
	"congvu/internal/store"
)

// NewTurns shares this process between the agencies that use it.
func NewTurns(db *store.DB) *Turns {
	t := newTurns(runtime.GOMAXPROCS(0))
	t.cards.look = func(ctx context.Context, token string, bearer bool) (int64, error) {
		resolve := auth.Resolve
		if bearer {
			resolve = auth.ResolveAPIToken
		}
		s, err := resolve(ctx, db, token)
		if err != nil {
			return 0, err
		}
		return s.Actor.Agency, nil
	}
	return t
}

// Between lets requests through in turns. Those for whom there is no hope get the Busy page of a door of pages, elsewhere a problem as the API gives
// them. Whoever is not signed in passes: what he may ask for is little, and has bounds of its own.
func (t *Turns) Between(next http.Handler) http.Handler {
	busy := busyProblem
	if d, ok := next.(*Door); ok {
		busy = d.Busy
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/assets/") || strings.HasSuffix(r.URL.Path, "/events") || r.URL.Path == PathSignIn { // read once a version; open for hours; bounded by itself
			next.ServeHTTP(w, r)
			return
		}
		agency := t.cards.agencyOf(r)
		if agency == 0 {
			next.ServeHTTP(w, r)
			return
		}
		leave, later := t.enter(r.Context(), agency)
		if leave == nil {
			if r.Context().Err() == nil {
				w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(later.Seconds()))))
				busy(w, r)
			}
			return
		}
		defer leave()
		next.ServeHTTP(w, r)
	})
}

// Busy is the page for somebody whose agency asks for more than its part at this moment.
func (d *Door) Busy(w http.ResponseWriter, r *http.Request) {
	SecureHeaders(withLanguage(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		title := t(ctx, "Cơ quan đang có quá nhiều yêu cầu cùng lúc")
		err := d.bare(w, r, http.StatusServiceUnavailable, BareView{Title: title}, Fault(FaultView{Icon: "hourglass", Title: title,
			Kept:    t(ctx, "Yêu cầu này chưa được thực hiện; dữ liệu đã lưu không bị ảnh hưởng. Các cơ quan khác vẫn làm việc bình thường."),
			Next:    t(ctx, "Hãy chờ ít giây rồi thử lại. Nếu kéo dài, quản trị của cơ quan kiểm tra xem có chương trình nào đang gửi liên tục."),
			Actions: []Action{{Label: t(ctx, "Thử lại"), Icon: "refresh", Kind: Primary, Href: hereOf(r)}}}))
		if err != nil {
			d.Log.Error("busy page", "error", err)
		}
	}))).ServeHTTP(w, r)
}

// busyProblem says the same to a program (RFC 9457).
func busyProblem(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusServiceUnavailable)
	json.NewEncoder(w).Encode(map[string]any{"type": "about:blank", "status": http.StatusServiceUnavailable, "title": http.StatusText(http.StatusServiceUnavailable),
		"detail": t(context.Background(), "Cơ quan đang có quá nhiều yêu cầu cùng lúc")})
}

// cards remembers for which agency a token acts: a question of milliseconds at the gate would cost as much as the page behind it. It decides nothing
// but whose turn is used: who may do what is asked again at every door.
type cards struct {
	look func(ctx context.Context, token string, bearer bool) (int64, error)
	mu   sync.Mutex
	seen map[[sha256.Size]byte]card
}

type card struct {
	agency int64
	until  time.Time
}

const (
	cardLife  = 5 * time.Minute
	mostCards = 200_000
)

func newCards() *cards { return &cards{seen: map[[sha256.Size]byte]card{}} }

func (c *cards) agencyOf(r *http.Request) int64 {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		token = ""
		for _, name := range []string{"__Host-" + cookieSession, cookieSession} {
			if k, err := r.Cookie(name); err == nil && token == "" {
				token = k.Value
			}
		}
	}
	if token == "" {
		return 0
	}
	key, now := sha256.Sum256([]byte(token)), time.Now()
	c.mu.Lock()
	known, ok := c.seen[key]
	c.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.agency
	}
	agency, err := c.look(r.Context(), token, bearer)
	if err != nil {
		return 0 // the door says what is wrong with it
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.seen) >= mostCards {
		clear(c.seen)
	}
	c.seen[key] = card{agency, now.Add(cardLife)}
	return agency
}

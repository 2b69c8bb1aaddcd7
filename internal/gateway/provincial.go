package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// provincial speaks with a province's bus (exchange.md §18). The newer generation wants the credentials with every call, the older one a token.
type provincial struct {
	*wire
}

// token is what the older generation signs calls with.
type token struct {
	value string
	until time.Time
}

const tokenLife = 25 * time.Minute // of about 30 (X18.2)

func (p *provincial) older() bool { return p.Paths["login"] != "" }

func (p *provincial) call(method, name string) call {
	return call{method: method, path: p.paths[name], limit: maxList, judge: p.judge, headers: p.headers}
}

func (p *provincial) headers(time.Time) [][2]string {
	out := [][2]string{{p.words["systemid"], p.SystemID}}
	if t := p.token.Load(); p.older() && t != nil {
		return append(out, [2]string{p.words["token"], p.words["token-kind"] + t.value})
	}
	return append(out, [2]string{p.words["secret"], p.Secret})
}

// judge knows the codes of a bus: 20 is its own trouble, every other is final for the same message (X18.2, X18.3).
func (p *provincial) judge(a *answer) verdict {
	v := verdict{code: string(a.ErrorCode), text: string(a.Message)}
	if v.text == "" {
		v.text = string(a.ErrorDesc)
	}
	v.ok = (v.code == "" || v.code == "0") && (a.Success.yes() || a.Success == "" && (a.hasData || v.code == "0"))
	v.again = v.code == "20"
	return v
}

// signed makes a call after signing in where that is needed; a token that the bus no longer takes is drawn anew once.
func (p *provincial) signed(ctx context.Context, call func() error) error {
	if !p.older() {
		return call()
	}
	if t := p.token.Load(); t == nil || !p.Now().Before(t.until) {
		if err := p.signIn(ctx); err != nil {
			return err
		}
	}
	err := call()
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.HTTP != http.StatusUnauthorized {
		return err
	}
	if err := p.signIn(ctx); err != nil {
		return err
	}
	return call()
}

// ask is signed for a call whose answer holds nothing more.
func (p *provincial) ask(ctx context.Context, c call) (a *answer, err error) {
	err = p.signed(ctx, func() error {
		if c.into.again != nil {
			c.into.again()
		}
		a, err = p.do(ctx, c)
		return err
	})
	return a, err
}

func (p *provincial) signIn(ctx context.Context) error {
	p.token.Store(nil)
	body, err := json.Marshal(map[string]string{"systemId": p.SystemID, "secretKey": p.Secret})
	if err != nil {
		return err
	}
	c := posting(p.call(http.MethodPost, "login"), body)
	c.shown = "{…}"
	c.judge = func(a *answer) verdict {
		v := p.judge(a)
		v.ok = v.ok || a.Token != "" && v.code == ""
		p.keep(a)
		return v
	}
	if _, err := p.do(ctx, c); err != nil {
		return err
	}
	if p.older() && p.token.Load() == nil {
		return &Refusal{Call: c.path, HTTP: http.StatusOK, Cause: fmt.Errorf("%w: no token", errGarbage)}
	}
	return nil
}

// keep remembers the token, wherever the bus puts it.
func (p *provincial) keep(a *answer) {
	value := a.Token
	for _, name := range []string{"token", "accessToken", "access_token"} {
		if raw, ok := a.object[name]; ok && value == "" {
			_ = value.UnmarshalJSON(raw)
		}
	}
	if value == "" {
		value = a.value
	}
	if headerText(string(value)) && len(value) >= 8 {
		p.token.Store(&token{value: string(value), until: p.Now().Add(tokenLife)})
	}
}

func posting(c call, body []byte) call {
	c.kind, c.size, c.shown = "application/json", int64(len(body)), string(body)
	c.body = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(string(body))), nil }
	return c
}

func (p *provincial) Send(ctx context.Context, m Message) (string, error) {
	c, err := p.carrying(p.call(http.MethodPost, "send"), m)
	if err != nil {
		return "", err
	}
	a, err := p.ask(ctx, c)
	if err != nil {
		return "", err
	}
	return identifier(a), nil
}

func (p *provincial) List(ctx context.Context, kind string, from, to time.Time) ([]Waiting, error) {
	var l waitingList
	c := p.call(http.MethodGet, "list")
	c.query = url.Values{"messageType": {kind}, "fromDate": {p.day(from)}, "toDate": {p.day(to)}}
	c.into = sink{item: l.add, again: func() { l.lines = nil }}
	if _, err := p.ask(ctx, c); err != nil {
		return nil, err
	}
	return l.sorted(kind), nil
}

func (p *provincial) Fetch(ctx context.Context, docID string) (r io.ReadCloser, err error) {
	c := p.call(http.MethodGet, "fetch")
	c.query = url.Values{"docId": {docID}}
	err = p.signed(ctx, func() error {
		r, err = p.fetch(ctx, c, docID)
		return err
	})
	return r, err
}

func (p *provincial) Confirm(ctx context.Context, docID string, o Outcome) error {
	body, err := json.Marshal(map[string]string{"docId": docID, "status": string(o)})
	if err != nil {
		return err
	}
	c := posting(p.call(http.MethodPost, "confirm"), body)
	c.document = docID
	_, err = p.ask(ctx, c)
	return err
}

func (p *provincial) Agencies(ctx context.Context) ([]Unit, error) {
	var l unitList
	c := p.call(http.MethodGet, "agencies")
	c.into = sink{item: l.add, again: func() { l.units = nil }}
	if _, err := p.ask(ctx, c); err != nil {
		return nil, err
	}
	return l.units, nil
}

func (p *provincial) Changes(context.Context) ([]Unit, error) { return nil, ErrNoSuchCall }

// Test signs in.
func (p *provincial) Test(ctx context.Context) error { return p.signIn(ctx) }

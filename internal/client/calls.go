package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

func (c *Client) get(ctx context.Context, path string, query url.Values, out any) error {
	return c.call(ctx, request{method: http.MethodGet, path: path, query: query}, out)
}

func (c *Client) post(ctx context.Context, path string, body, out any) error {
	return c.call(ctx, request{method: http.MethodPost, path: path, body: body}, out)
}

// a reads one value of type T.
func a[T any](ctx context.Context, c *Client, path string, query url.Values) (T, error) {
	var out T
	return out, c.get(ctx, path, query, &out)
}

// acted sends an act that answers with a T.
func acted[T any](ctx context.Context, c *Client, path string, body any) (T, error) {
	var out T
	return out, c.post(ctx, path, body, &out)
}

func in(id ID, what string) string    { return "/incoming/" + id.String() + what }
func out(id ID, what string) string   { return "/outgoing/" + id.String() + what }
func lines(id ID, what string) string { return "/lines/" + id.String() + what }

// List narrows a list. Zero values narrow nothing.
type List struct {
	Tab, Q, Type, Urgency string
	From, To              string // arrival dates, incoming documents only
	Cursor                string // Next or Prev of a page
	Limit                 int    // 0 = 50, at most 200
}

func (l List) values() url.Values {
	v := url.Values{}
	for name, s := range map[string]string{"tab": l.Tab, "q": l.Q, "type": l.Type, "urgency": l.Urgency, "from": l.From, "to": l.To, "cursor": l.Cursor} {
		if s != "" {
			v.Set(name, s)
		}
	}
	if l.Limit > 0 {
		v.Set("limit", strconv.Itoa(l.Limit))
	}
	return v
}

// Confirm proves by the password that it is still the person himself, before signing, sealing or releasing.
func (c *Client) Confirm(ctx context.Context, password string) (Confirmation, error) {
	return acted[Confirmation](ctx, c, "/me/confirmation", Confirming{password})
}

// SignIn opens a session. The client's own token is not changed.
func (c *Client) SignIn(ctx context.Context, login, password string) (Session, error) {
	return acted[Session](ctx, c, "/session", SignIn{login, password})
}

// SignOut ends the session of the client's token.
func (c *Client) SignOut(ctx context.Context) error {
	return c.call(ctx, request{method: http.MethodDelete, path: "/session"}, nil)
}

// Me tells who the token acts for.
func (c *Client) Me(ctx context.Context) (Me, error) { return a[Me](ctx, c, "/me", nil) }

// Tokens lists the person's own API tokens.
func (c *Client) Tokens(ctx context.Context) ([]Token, error) {
	return a[[]Token](ctx, c, "/tokens", nil)
}

// RevokeToken ends one of them at once.
func (c *Client) RevokeToken(ctx context.Context, id ID) error {
	return c.call(ctx, request{method: http.MethodDelete, path: "/tokens/" + id.String()}, nil)
}

// Work is "Việc của tôi".
func (c *Client) Work(ctx context.Context) ([]WorkList, error) {
	return a[[]WorkList](ctx, c, "/work", nil)
}

// Inbox gives a page of incoming documents.
func (c *Client) Inbox(ctx context.Context, l List) (Page[IncomingRow], error) {
	return a[Page[IncomingRow]](ctx, c, "/incoming", l.values())
}

// Incoming gives one received document.
func (c *Client) Incoming(ctx context.Context, id ID) (Incoming, error) {
	return a[Incoming](ctx, c, in(id, ""), nil)
}

// IncomingActs tells what may be done with it now.
func (c *Client) IncomingActs(ctx context.Context, id ID) ([]Act, error) {
	return a[[]Act](ctx, c, in(id, "/acts"), nil)
}

// Lines gives its receipt lines.
func (c *Client) Lines(ctx context.Context, id ID) ([]Line, error) {
	return a[[]Line](ctx, c, in(id, "/lines"), nil)
}

// Directions gives its directions.
func (c *Client) Directions(ctx context.Context, id ID) ([]Direction, error) {
	return a[[]Direction](ctx, c, in(id, "/directions"), nil)
}

// Twins gives the documents it seems to repeat.
func (c *Client) Twins(ctx context.Context, id ID) ([]Twin, error) {
	return a[[]Twin](ctx, c, in(id, "/twins"), nil)
}

// Enter types in a paper document.
func (c *Client) Enter(ctx context.Context, e IncomingEntry) (Incoming, error) {
	return acted[Incoming](ctx, c, "/incoming", e)
}

// Register draws an arrival number. A duplicate is a *Problem of KindDuplicate with its Twins.
func (c *Client) Register(ctx context.Context, id ID, f Registering) (Registered, error) {
	return acted[Registered](ctx, c, in(id, "/register"), f)
}

// CancelRegistration voids an arrival number.
func (c *Client) CancelRegistration(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, in(id, "/cancel-registration"), Reason{reason}, nil)
}

// Refuse gives a document back to its sender.
func (c *Client) Refuse(ctx context.Context, id ID, f Refusing) error {
	return c.post(ctx, in(id, "/refuse"), f, nil)
}

// SubmitToLeader lays it before a leader.
func (c *Client) SubmitToLeader(ctx context.Context, id ID, f Submitting) error {
	return c.post(ctx, in(id, "/submit"), f, nil)
}

// ReturnToRegistry gives it back to the registry.
func (c *Client) ReturnToRegistry(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, in(id, "/return"), Reason{reason}, nil)
}

// Direct is a leader's direction.
func (c *Client) Direct(ctx context.Context, id ID, f Directing) (Direction, error) {
	return acted[Direction](ctx, c, in(id, "/direct"), f)
}

// Conclude ends it without anybody to handle it.
func (c *Client) Conclude(ctx context.Context, id ID, result string) error {
	return c.post(ctx, in(id, "/conclude"), Text{result}, nil)
}

// Comment leaves words with it.
func (c *Client) Comment(ctx context.Context, id ID, text string) error {
	return c.post(ctx, in(id, "/comment"), Text{text}, nil)
}

// MarkRead notes the first reading.
func (c *Client) MarkRead(ctx context.Context, id ID) error {
	return c.post(ctx, in(id, "/read"), nil, nil)
}

// Forward gives a line on.
func (c *Client) Forward(ctx context.Context, line ID, f Forwarding) ([]Line, error) {
	return acted[[]Line](ctx, c, lines(line, "/forward"), f)
}

// HandOver gives a line away wholly.
func (c *Client) HandOver(ctx context.Context, line ID, f HandingOver) (Line, error) {
	return acted[Line](ctx, c, lines(line, "/hand-over"), f)
}

// Start begins the work of a line.
func (c *Client) Start(ctx context.Context, line ID) error {
	return c.post(ctx, lines(line, "/start"), nil, nil)
}

// Complete finishes a line.
func (c *Client) Complete(ctx context.Context, line ID, f Completing) error {
	return c.post(ctx, lines(line, "/complete"), f, nil)
}

// ReturnLine gives a line back.
func (c *Client) ReturnLine(ctx context.Context, line ID, reason string) error {
	return c.post(ctx, lines(line, "/return"), Reason{reason}, nil)
}

// RecallLine takes back a line given to somebody.
func (c *Client) RecallLine(ctx context.Context, line ID, reason string) error {
	return c.post(ctx, lines(line, "/recall"), Reason{reason}, nil)
}

// IncomingFiles and the like list what belongs to a document.
func (c *Client) IncomingFiles(ctx context.Context, id ID) ([]File, error) {
	return a[[]File](ctx, c, in(id, "/files"), nil)
}

// IncomingTimeline is its history, oldest first.
func (c *Client) IncomingTimeline(ctx context.Context, id ID) ([]Step, error) {
	return a[[]Step](ctx, c, in(id, "/timeline"), nil)
}

// AddIncomingFile adds a file to a document entered by hand; it is streamed.
func (c *Client) AddIncomingFile(ctx context.Context, id ID, name string, from io.Reader) (File, error) {
	var f File
	return f, c.upload(ctx, request{method: http.MethodPost, path: in(id, "/files")}, name, from, &f)
}

// ArrivalStamp prints the stamp "ĐẾN" of a registered document as PDF.
func (c *Client) ArrivalStamp(ctx context.Context, id ID, to io.Writer) (string, error) {
	return c.download(ctx, in(id, "/arrival-stamp"), nil, to)
}

// HandlingSheet prints its phiếu giải quyết as PDF.
func (c *Client) HandlingSheet(ctx context.Context, id ID, to io.Writer) (string, error) {
	return c.download(ctx, in(id, "/handling-sheet"), nil, to)
}

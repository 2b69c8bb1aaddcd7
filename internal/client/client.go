package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
)

// Client speaks to one server for one token. The zero values of all fields but Server work.
type Client struct {
	Server   string       // "https://congvu.example.vn"
	Token    string       // API token or session; "" for SignIn
	Post     ID           // the post to act in, 0 = the token's own
	Language string       // of sentences: "vi" (when empty) or "en"
	Agent    string       // User-Agent; "" = "congvu-client"
	HTTP     *http.Client // nil = one with a minute for answers in JSON and no limit for files
	Tries    int          // of a reading request; 0 = 3
}

const (
	prefix     = "/api/v1"
	mostAnswer = 32 << 20
	patience   = time.Minute
)

// errServer is a wrong address.
var errServer = errors.New("server address must be http://host or https://host")

// request is one call before it is sent.
type request struct {
	method, path string
	query        url.Values
	header       http.Header
	body         any
}

// call sends a request in JSON and reads the answer into out (nil = none is expected).
func (c *Client) call(ctx context.Context, q request, out any) error {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	var text []byte
	if q.body != nil {
		var err error
		if text, err = json.Marshal(q.body); err != nil {
			return err
		}
	}
	res, err := c.send(ctx, q, func() (io.Reader, string) {
		if q.body == nil {
			return nil, ""
		}
		return bytes.NewReader(text), "application/json"
	})
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if out == nil || res.StatusCode == http.StatusNoContent {
		_, err = io.Copy(io.Discard, io.LimitReader(res.Body, mostAnswer))
		return err
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer+1))
	if err != nil {
		return err
	}
	if len(answer) > mostAnswer {
		return fmt.Errorf("%s %s: answer larger than %d bytes", q.method, q.path, mostAnswer)
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("%s %s: not an answer of this API: %w", q.method, q.path, err)
	}
	return nil
}

// send sends, and sends again what only reads. What is not 2xx becomes an error.
func (c *Client) send(ctx context.Context, q request, body func() (io.Reader, string)) (*http.Response, error) {
	tries := 1
	if q.method == http.MethodGet {
		if tries = c.Tries; tries == 0 {
			tries = 3
		}
	}
	for try := 1; ; try++ {
		res, err := c.once(ctx, q, body)
		if err == nil && res.StatusCode/100 == 2 {
			return res, nil
		}
		wait := time.Duration(try*try) * 200 * time.Millisecond
		if err == nil {
			if after, bad := strconv.Atoi(res.Header.Get("Retry-After")); bad == nil && after >= 0 && after <= 30 {
				wait = time.Duration(after) * time.Second
			}
			err = problemOf(res)
		}
		if try >= tries || !passing(err) || ctx.Err() != nil {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(wait):
		}
	}
}

// passing tells whether the trouble may be gone in a moment.
func passing(err error) bool {
	var p *Problem
	if !errors.As(err, &p) {
		return !errors.Is(err, errServer)
	}
	switch p.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

func (c *Client) once(ctx context.Context, q request, body func() (io.Reader, string)) (*http.Response, error) {
	base, err := url.Parse(c.Server)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.User != nil {
		return nil, errServer
	}
	base.Path = path.Join(base.Path, prefix) + q.path
	base.RawQuery, base.Fragment = q.query.Encode(), ""
	content, media := body()
	req, err := http.NewRequestWithContext(ctx, q.method, base.String(), content)
	if err != nil {
		return nil, err
	}
	for name, values := range q.header {
		req.Header[name] = values
	}
	if media != "" {
		req.Header.Set("Content-Type", media)
	}
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	if c.Post != 0 {
		req.Header.Set("X-Congvu-Post", c.Post.String())
	}
	req.Header.Set("Accept", "application/json, application/problem+json, */*")
	req.Header.Set("Accept-Language", orElse(c.Language, "vi"))
	req.Header.Set("User-Agent", orElse(c.Agent, "congvu-client"))
	return c.http().Do(req)
}

// direct never follows a redirect: a token is for the server it was given for, and an act sent on would arrive as a reading.
var direct = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (c *Client) http() *http.Client {
	if c.HTTP != nil {
		return c.HTTP
	}
	return direct
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// problemOf reads a refusal. A proxy's page becomes a problem too.
func problemOf(res *http.Response) *Problem {
	defer res.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	p := &Problem{}
	media, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
	if media != "application/problem+json" || json.Unmarshal(text, p) != nil || p.Detail == "" {
		p = &Problem{Type: KindUnavailable, Title: http.StatusText(res.StatusCode), Detail: fmt.Sprintf("Máy chủ trả lời không đúng quy cách (mã %d). Kiểm tra lại địa chỉ máy chủ rồi thử lại.", res.StatusCode)}
	}
	p.Status = res.StatusCode
	return p
}

// upload streams one file as the part "file" of a form.
func (c *Client) upload(ctx context.Context, q request, name string, from io.Reader, out any) error {
	reading, writing := io.Pipe()
	form := multipart.NewWriter(writing)
	done := make(chan struct{})
	go func() {
		defer close(done)
		part, err := form.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {multipart.FileContentDisposition("file", name)}, "Content-Type": {"application/octet-stream"}})
		if err == nil {
			_, err = io.Copy(part, from)
		}
		if err == nil {
			err = form.Close()
		}
		writing.CloseWithError(err)
	}()
	res, err := c.send(ctx, q, func() (io.Reader, string) { return reading, form.FormDataContentType() })
	reading.CloseWithError(io.ErrClosedPipe) // a server that refuses early leaves the rest unread
	<-done
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if out == nil {
		return nil
	}
	return json.NewDecoder(io.LimitReader(res.Body, mostAnswer)).Decode(out)
}

// download streams a file into to and gives the name the server proposes.
func (c *Client) download(ctx context.Context, path string, query url.Values, to io.Writer) (name string, err error) {
	res, err := c.send(ctx, request{method: http.MethodGet, path: path, query: query}, func() (io.Reader, string) { return nil, "" })
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	name = proposedName(res.Header.Get("Content-Disposition"))
	n, err := io.Copy(to, res.Body)
	if err == nil && res.ContentLength >= 0 && n != res.ContentLength {
		err = io.ErrUnexpectedEOF
	}
	return name, err
}

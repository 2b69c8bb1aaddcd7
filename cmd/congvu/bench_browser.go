package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/html"
)

// browser is what one simulated person looks at the pages with: cookies, the page that is open, its forms. It keeps to what a browser sends.
type browser struct {
	base    string
	via     *http.Client
	address string // of the person's desk, as a proxy on this machine would tell it

	mu      sync.Mutex // the live connection reads the cookies beside the person
	cookies map[string]string
}

// answered is a page as it came in the end.
type answered struct {
	path  string // where redirects led
	body  []byte
	media string
	size  int64
}

// newTransport shares connections between the simulated people as a proxy before the server does.
func newTransport() *http.Client {
	return &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 256, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// mostHops bounds redirects.
const mostHops = 5

func (b *browser) get(ctx context.Context, path string) (*answered, error) {
	return b.ask(ctx, http.MethodGet, path, "", nil)
}

// send sends a form; a file makes it multipart.
func (b *browser) send(ctx context.Context, f *pageForm) (*answered, error) {
	if f.file == nil {
		return b.ask(ctx, http.MethodPost, f.action, "application/x-www-form-urlencoded", []byte(f.values.Encode()))
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range f.values {
		for _, v := range values {
			if err := w.WriteField(name, v); err != nil {
				return nil, err
			}
		}
	}
	part, err := w.CreateFormFile("file", f.fileName)
	if err == nil {
		_, err = part.Write(f.file)
	}
	if err != nil {
		return nil, err
	}
	w.Close()
	return b.ask(ctx, http.MethodPost, f.action, w.FormDataContentType(), body.Bytes())
}

// ask follows redirects until a page comes; anything but 200 is an error that says what the page said.
func (b *browser) ask(ctx context.Context, method, path, media string, body []byte) (*answered, error) {
	asked := method + " " + pathShape(path)
	for range mostHops {
		res, err := b.once(ctx, method, path, media, body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", asked, plainNet(err))
		}
		if to := res.Header.Get("Location"); res.StatusCode == http.StatusSeeOther || res.StatusCode == http.StatusFound {
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
			u, err := url.Parse(to)
			if err != nil {
				return nil, err
			}
			method, path, media, body = http.MethodGet, u.RequestURI(), "", nil
			continue
		}
		a := &answered{path: path, media: res.Header.Get("Content-Type")}
		if strings.HasPrefix(a.media, "text/html") || res.StatusCode != http.StatusOK {
			a.body, err = io.ReadAll(res.Body)
			a.size = int64(len(a.body))
		} else {
			a.size, err = io.Copy(io.Discard, res.Body)
		}
		res.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", asked, plainNet(err))
		}
		if res.StatusCode != http.StatusOK {
			return a, &refused{asked, res.StatusCode, complaint(a.body)}
		}
		if strings.HasPrefix(path, "/sign-in") && !strings.HasPrefix(asked, "POST /sign-in") {
			return a, &refused{asked, res.StatusCode, "phiên đăng nhập không còn"}
		}
		return a, nil
	}
	return nil, fmt.Errorf("%s: quá nhiều lần chuyển trang", asked)
}

func (b *browser) once(ctx context.Context, method, path, media string, body []byte) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, b.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	b.dress(r)
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	if method == http.MethodPost {
		r.Header.Set("Origin", b.base)
	}
	res, err := b.via.Do(r)
	if err == nil {
		b.mu.Lock()
		for _, c := range res.Cookies() {
			b.cookies[c.Name] = c.Value
			if c.MaxAge < 0 {
				delete(b.cookies, c.Name)
			}
		}
		b.mu.Unlock()
	}
	return res, err
}

// dress gives a request the headers of a browser behind a proxy.
func (b *browser) dress(r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var pairs []string
	for name, v := range b.cookies {
		pairs = append(pairs, name+"="+v)
	}
	r.Header.Set("Cookie", strings.Join(pairs, "; "))
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("X-Forwarded-For", b.address)
	r.Header.Set("User-Agent", "congvu bench")
	r.Header.Set("Accept-Language", "vi")
}

// refused is a page that did not come.
type refused struct {
	asked  string
	status int
	said   string
}

func (r *refused) Error() string { return fmt.Sprintf("%s: %d %s", r.asked, r.status, r.said) }

var digits = regexp.MustCompile(`\d+`)

// pathShape is an address without its numbers and its query, to count failures of one kind together.
func pathShape(path string) string {
	path, _, _ = strings.Cut(path, "?")
	return digits.ReplaceAllString(path, "N")
}

func plainNet(err error) error {
	if u, ok := err.(*url.Error); ok {
		return u.Err
	}
	return err
}

var (
	complaints = regexp.MustCompile(`(?s)class="errs".*?</(?:section|div|ul)>|class="fault".*?</(?:section|div)>|<title>.*?</title>`)
	tags       = regexp.MustCompile(`(?s)<[^>]*>|^[^<]*>`)
)

// complaint is what a page that refuses says.
func complaint(page []byte) string {
	found := string(complaints.Find(page))
	for _, m := range complaints.FindAll(page, 4) {
		if !bytes.HasPrefix(m, []byte("<title>")) {
			found = string(m)
		}
	}
	said := []rune(strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(found, " "))), " "))
	return string(said[:min(len(said), 160)])
}

// pageForm is a form of a page, filled as the page gave it.
type pageForm struct {
	action   string
	values   url.Values
	choices  map[string][]choice // of selects and radio buttons
	fields   map[string]bool     // every name
	file     []byte
	fileName string
}

type choice struct{ value, label string }

// first is the first choice of a field that has a value, or that whose label has a word.
func (f *pageForm) first(name, word string) string {
	for _, c := range f.choices[name] {
		if c.value != "" && strings.Contains(c.label, word) {
			return c.value
		}
	}
	if word != "" {
		return f.first(name, "")
	}
	return ""
}

// formOf reads the form with an id off a page as a browser holds it: what stands in fields, the chosen choices.
func formOf(page []byte, id, path string) (*pageForm, error) {
	f := &pageForm{action: path, values: url.Values{}, choices: map[string][]choice{}, fields: map[string]bool{}}
	z := html.NewTokenizer(bytes.NewReader(page))
	inside, found := false, false
	var area, list string // the textarea or select that is open
	var option *choice
	var selected bool
	flush := func() {
		if option == nil {
			return
		}
		option.label = strings.TrimSpace(option.label)
		f.choices[list] = append(f.choices[list], *option)
		if selected || len(f.choices[list]) == 1 {
			f.values.Set(list, option.value)
		}
		option = nil
	}
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		if kind == html.TextToken {
			switch {
			case area != "":
				f.values.Set(area, strings.TrimPrefix(string(z.Text()), "\n"))
			case option != nil:
				option.label += string(z.Text())
			}
			continue
		}
		name, more := z.TagName()
		tag := string(name)
		if kind == html.EndTagToken {
			switch tag {
			case "form":
				inside = false
			case "textarea":
				area = ""
			case "option":
				flush()
			case "select":
				flush()
				list = ""
			}
			continue
		}
		at := map[string]string{}
		for more {
			var k, v []byte
			k, v, more = z.TagAttr()
			at[string(k)] = html.UnescapeString(string(v))
		}
		if tag == "form" && at["id"] == id {
			inside, found = true, true
			if at["action"] != "" {
				f.action = at["action"]
			}
		}
		if !inside {
			continue
		}
		field := at["name"]
		_, checked := at["checked"]
		_, off := at["disabled"]
		if field != "" && !off {
			f.fields[field] = true
		}
		switch {
		case tag == "option":
			flush()
			_, selected = at["selected"]
			option = &choice{value: at["value"]}
		case field == "" || off:
		case tag == "textarea":
			area = field
			f.values.Set(field, "")
		case tag == "select":
			list = field
		case tag == "input" && at["type"] == "radio":
			f.choices[field] = append(f.choices[field], choice{value: at["value"]})
			if checked {
				f.values.Set(field, at["value"])
			}
		case tag == "input" && at["type"] == "checkbox":
			if checked {
				f.values.Add(field, at["value"])
			}
		case tag == "input" && at["type"] != "file" && at["type"] != "submit" && at["type"] != "button":
			f.values.Add(field, at["value"])
		}
	}
	if !found {
		return nil, fmt.Errorf("trang %s không có biểu mẫu %s", pathShape(path), id)
	}
	return f, nil
}

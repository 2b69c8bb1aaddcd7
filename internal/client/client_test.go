package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

var bg = context.Background()

func serve(t *testing.T, f http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return &Client{Server: s.URL, Token: "cvu_secret"}
}

func refuse(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Retry-After", "0")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(Problem{Type: KindUnavailable, Detail: "Máy chủ đang khởi động lại.", RequestID: "r1"})
}

func TestOnlyReadingIsTriedAgain(t *testing.T) {
	var asked atomic.Int32
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) < 3 {
			refuse(w, http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, `{"name":"Hoa"}`)
	})
	me, err := c.Me(bg)
	if err != nil || me.Name != "Hoa" || asked.Load() != 3 {
		t.Fatalf("%v %v after %d", me, err, asked.Load())
	}
	asked.Store(0)
	var p *Problem
	if _, err := c.Release(bg, 5); !errors.As(err, &p) || asked.Load() != 1 {
		t.Fatalf("an act was sent %d times: %v", asked.Load(), err)
	}
	asked.Store(0)
	c = serve(t, func(w http.ResponseWriter, r *http.Request) { asked.Add(1); refuse(w, http.StatusNotFound) })
	if _, err := c.Incoming(bg, 5); err == nil || asked.Load() != 1 {
		t.Fatalf("a refusal was asked again: %d, %v", asked.Load(), err)
	}
}

func TestProblemBringsItsSentence(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer cvu_secret" || r.Header.Get("Accept-Language") != "vi" || r.Header.Get("X-Congvu-Post") != "7" {
			t.Errorf("headers %v", r.Header)
		}
		refuse(w, http.StatusConflict)
	})
	c.Post = 7
	err := c.SubmitToLeader(bg, 1, Submitting{To: 2})
	var p *Problem
	if !errors.As(err, &p) || p.Status != 409 || p.Detail != "Máy chủ đang khởi động lại." || p.RequestID != "r1" {
		t.Fatalf("%+v", err)
	}
	c = serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "<h1>Bad Gateway</h1>", http.StatusBadGateway)
	})
	c.Tries = 1
	if _, err := c.Me(bg); !errors.As(err, &p) || p.Status != 502 || strings.Contains(p.Detail, "<h1>") {
		t.Fatalf("a proxy's page: %v", err)
	}
}

// A token is for the server it was given for.
func TestTokenDoesNotFollowRedirects(t *testing.T) {
	var strayed atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { strayed.Store(true) }))
	defer other.Close()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	if _, err := c.Me(bg); err == nil || strayed.Load() {
		t.Fatalf("followed: %v %v", strayed.Load(), err)
	}
	for _, server := range []string{"", "congvu.vn", "ftp://x", "http://", "https://user:pass@x"} {
		c.Server = server
		if _, err := c.Me(bg); !errors.Is(err, errServer) {
			t.Errorf("%q: %v", server, err)
		}
	}
}

func TestUploadStreamsItsFile(t *testing.T) {
	const size = 20 << 20
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		parts, err := r.MultipartReader()
		if err != nil {
			t.Error(err)
			return
		}
		part, err := parts.NextPart()
		if err != nil || part.FormName() != "file" || part.FileName() != `tệp "một".pdf` {
			t.Errorf("%v %v", part.FileName(), err)
		}
		n, _ := io.Copy(io.Discard, part)
		json.NewEncoder(w).Encode(File{ID: 9, Size: n})
	})
	f, err := c.Attach(bg, 1, `tệp "một".pdf`, io.LimitReader(endless{}, size))
	if err != nil || f.Size != size || f.ID != 9 {
		t.Fatalf("%+v %v", f, err)
	}
	c = serve(t, func(w http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) })
	broken := errors.New("đĩa hỏng")
	if _, err := c.Attach(bg, 1, "a.pdf", io.MultiReader(strings.NewReader("abc"), failing{broken})); !errors.Is(err, broken) {
		t.Fatalf("a file that breaks off: %v", err)
	}
	c = serve(t, func(w http.ResponseWriter, r *http.Request) { refuse(w, http.StatusForbidden) })
	var p *Problem
	if _, err := c.Attach(bg, 1, "a.pdf", strings.NewReader("abc")); !errors.As(err, &p) || p.Status != 403 {
		t.Fatalf("refused early: %v", err)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestDownloadNoticesWhatIsMissing(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename*=utf-8''..%2F..%2Fv%C4%83n%20b%E1%BA%A3n.pdf`)
		w.Header().Set("Content-Length", "10")
		w.Write([]byte("12345"))
		if r.URL.Path == "/api/v1/files/2" {
			w.Write([]byte("67890"))
		}
	})
	var out bytes.Buffer
	if _, err := c.Download(bg, 1, &out); err == nil {
		t.Error("half a file was taken for a whole one")
	}
	out.Reset()
	if name, err := c.Download(bg, 2, &out); err != nil || name != "văn bản.pdf" || out.String() != "1234567890" {
		t.Errorf("%q %q %v", name, out.String(), err)
	}
}

func TestProposedNamesAreTame(t *testing.T) {
	for disposition, want := range map[string]string{
		`attachment; filename="a.pdf"`: "a.pdf", `attachment; filename="../../etc/passwd"`: "passwd", `attachment; filename="C:\\x\\y.pdf"`: "y.pdf",
		`attachment; filename=".bashrc"`: "bashrc", `attachment; filename="a:b?.pdf"`: "ab.pdf", `attachment`: "", `;;;`: "",
		`attachment; filename*=utf-8''a%E2%80%AEfdp.exe`: "afdp.exe",
	} {
		if got := proposedName(disposition); got != want {
			t.Errorf("%s: %q, want %q", disposition, got, want)
		}
	}
}

func TestIdentifiersAreText(t *testing.T) {
	b, err := json.Marshal(Reference{ID: 1<<62 + 1})
	if err != nil || string(b) != `{"id":"4611686018427387905"}` {
		t.Fatalf("%s %v", b, err)
	}
	for _, bad := range []string{``, `0`, `-1`, `01`, `1.5`, `abc`, `9223372036854775808`, `99999999999999999999`, ` 1`} {
		if id, err := ParseID(bad); err == nil {
			t.Errorf("%q is %d", bad, id)
		}
	}
	if id, err := ParseID("9223372036854775807"); err != nil || id != 1<<63-1 {
		t.Error(id, err)
	}
}

// Reference stands for any type with an identifier.
type Reference struct {
	ID    ID `json:"id"`
	Other ID `json:"other,omitempty"`
}

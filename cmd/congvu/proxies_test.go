package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// Only a proxy that was named says for whom it asks; what a stranger puts before its word counts for nothing.
func TestOnlyNamedProxiesAreBelieved(t *testing.T) {
	p, err := readProxies("10.0.0.5, 10.1.0.0/24,2001:db8::/64")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, said, want string }{
		{"10.0.0.5:443", "203.0.113.7", "203.0.113.7:0"},
		{"10.0.0.5:443", "198.51.100.1, 203.0.113.7", "203.0.113.7:0"},
		{"10.0.0.5:443", "203.0.113.7, 10.1.0.9", "203.0.113.7:0"},
		{"[2001:db8::9]:443", "2001:db8:1::7", "[2001:db8:1::7]:0"},
		{"[::ffff:10.0.0.5]:443", "203.0.113.7", "203.0.113.7:0"},
		{"10.0.0.5:443", "127.0.0.1", "10.0.0.5:443"},
		{"10.0.0.5:443", "198.51.100.1, nonsense", "10.0.0.5:443"},
		{"10.0.0.5:443", "", "10.0.0.5:443"},
		{"10.0.0.6:443", "203.0.113.7", "10.0.0.6:443"},
		{"192.0.2.1:1", "203.0.113.7", "192.0.2.1:1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.from
		if c.said != "" {
			r.Header.Set("X-Forwarded-For", c.said)
		}
		p.behind(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.RemoteAddr != c.want {
				t.Errorf("from %s saying %q: %s, want %s", c.from, c.said, r.RemoteAddr, c.want)
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
	}
	for _, wrong := range []string{"10.0.0.0/33", "balancer", "0.0.0.0/0", "::/0"} {
		if _, err := readProxies(wrong); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}

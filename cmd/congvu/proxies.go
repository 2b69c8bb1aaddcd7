package main

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// proxies are the networks whose machines are believed when they say for whom they ask: balancers on other machines. One on this machine always is (web).
type proxies []netip.Prefix

func readProxies(list string) (out proxies, err error) {
	for word := range strings.SplitSeq(list, ",") {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		p, err := netip.ParsePrefix(word)
		if err != nil {
			a, failed := netip.ParseAddr(word)
			if failed != nil {
				return nil, badUsage("--proxies nhận địa chỉ IP hoặc dải CIDR, cách nhau dấu phẩy, thí dụ 10.0.0.5,10.1.0.0/24")
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		if p.Bits() == 0 {
			return nil, badUsage("--proxies không nhận dải gồm mọi địa chỉ: khi đó ai cũng tự khai được địa chỉ của mình")
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

func (p proxies) has(a netip.Addr) bool {
	for _, n := range p {
		if n.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// behind gives requests of a believed proxy the address it names: the last one in the list that is no proxy itself. Nothing else a stranger writes is believed,
// and nobody becomes this machine's own by saying so.
func (p proxies) behind(next http.Handler) http.Handler {
	if len(p) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		from, err := netip.ParseAddr(host)
		if err != nil || !p.has(from) {
			next.ServeHTTP(w, r)
			return
		}
		list := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(list) - 1; i >= 0; i-- {
			a, err := netip.ParseAddr(strings.TrimSpace(list[i]))
			if err != nil || a.Unmap().IsLoopback() {
				break
			}
			if !p.has(a) {
				r = r.Clone(r.Context())
				r.RemoteAddr = net.JoinHostPort(a.Unmap().String(), "0")
				break
			}
		}
		next.ServeHTTP(w, r)
	})
}

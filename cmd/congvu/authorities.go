package main

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"congvu/internal/authority"
	"congvu/internal/city"
)

// askAuthorities says which authorities a serving installation asks: for time stamps the configured one, about certificates those that believed
// certificates name. Signing waits for neither.
func (in *installation) askAuthorities(s *settings) error {
	if s.Evidence != "" && s.Evidence != "on" && s.Evidence != "off" {
		return badUsage("--evidence nhận on hoặc off")
	}
	if u, err := url.Parse(s.TSA); s.TSA != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil) {
		return badUsage("--tsa nhận địa chỉ http://… hoặc https://… không kèm tên và mật khẩu")
	}
	c := in.authorities(s.TSA, nil)
	if s.TSA != "" {
		in.Desk.Stamper = c
	}
	if s.Evidence != "off" {
		in.Desk.Witness = c
	}
	return nil
}

func (in *installation) authorities(tsa string, wire http.RoundTripper) *authority.Client {
	return &authority.Client{TSA: tsa, Trust: in.Trust, Intermediates: in.Trust.Intermediates(), Now: func() time.Time { return in.DB.Now().Time() }, Transport: wire}
}

// simulateAuthority lets the sample city's authority answer within this process: real time stamps and revocation answers, without any value
// outside of the demonstration. A folder built before there was one goes on without.
func (in *installation) simulateAuthority() (*authority.Simulator, error) {
	drawn := uint64(demoSeed)
	if w, _, ok, err := city.Ordered(context.Background(), in.DB); err != nil {
		return nil, err
	} else if ok {
		drawn = w.Seed
	}
	a, err := city.AuthorityOf(drawn, in.Trust.Pins())
	if err != nil || a == nil {
		return nil, err
	}
	s, err := authority.NewSimulator(a, func() time.Time { return in.DB.Now().Time() })
	if err != nil {
		return nil, err
	}
	c := in.authorities(city.Services+authority.StampPath, s.Transport())
	in.Desk.Stamper, in.Desk.Witness = c, c
	return s, nil
}

package pades

import (
	"bytes"
	"context"
	"crypto"
	"encoding/asn1"
	"errors"
	"testing"
	"time"
)

// at stamps with the stamper's key at a fixed time.
type at struct {
	*stamper
	t    testing.TB
	time time.Time
}

func (a at) Stamp(_ context.Context, digest []byte, h crypto.Hash) ([]byte, error) {
	if h != crypto.SHA256 {
		return nil, errors.New("only SHA-256 here")
	}
	return a.tokenOver(a.t, digest, a.time), nil
}

type stampFunc func(digest []byte) ([]byte, error)

func (f stampFunc) Stamp(_ context.Context, digest []byte, _ crypto.Hash) ([]byte, error) {
	return f(digest)
}

func TestStampIsPutIntoTheNewestSignature(t *testing.T) {
	o, s := testOffice(t), newStamper(t)
	clock := at{s, t, signedAt.Add(time.Minute)}
	before := o.issued(t)
	after, err := StampSignature(context.Background(), before, clock)
	if err != nil {
		t.Fatal(err)
	}
	if len(after) != len(before) || bytes.Equal(after, before) {
		t.Error("the token does not lie in the room that was kept for it")
	}
	r := verify(t, after, VerifyOptions{At: checkedAt, Trust: strictTrust(t, o, s), RevocationOptional: true})
	if r.Outcome != Passed || r.Signatures[0].Level != "B" || r.Signatures[1].Level != "T" || r.Signatures[1].TimeSource != TimeFromTimestamp {
		t.Error(explain(r))
	}
	if i := bytes.Index(after, before[:r.Signatures[0].End]); i != 0 {
		t.Error("the earlier signature's revision has changed")
	}
}

func TestSigningWithAStamperGivesLevelT(t *testing.T) {
	o, s := testOffice(t), newStamper(t)
	req := o.request(o.leader)
	req.Stamper = at{s, t, signedAt}
	r := verify(t, mustSign(t, draft(t, 0), req), VerifyOptions{At: checkedAt, Trust: strictTrust(t, o, s), RevocationOptional: true})
	if r.Outcome != Passed || r.Signatures[0].Level != "T" {
		t.Error(explain(r))
	}
}

func TestStampingRefuses(t *testing.T) {
	o, s := testOffice(t), newStamper(t)
	clock := at{s, t, signedAt}
	signed := mustSign(t, draft(t, 0), o.request(o.leader))
	filled, err := FillFields(o.certified(t), numberAndDate)
	if err != nil {
		t.Fatal(err)
	}
	broken := bytes.Clone(signed)
	broken[bytes.Index(broken, []byte("595.28"))]++
	tight := o.request(o.leader)
	tight.Reserve = 1800
	offline := errors.New("offline")
	for name, x := range map[string]struct {
		file []byte
		by   Stamper
		want error
	}{
		"a file without signature":         {draft(t, 0), clock, ErrNoSignature},
		"a signature that has a stamp":     {s.signStamped(t, draft(t, 0), o.request(o.leader), signedAt), clock, ErrStamped},
		"a signature that was built upon":  {filled, clock, ErrFollowed},
		"an archived file":                 {s.docStamp(t, signed, signedAt, o), clock, ErrFollowed},
		"a signature that does not hold":   {broken, clock, ErrContainer},
		"a token without room":             {mustSign(t, draft(t, 0), tight), clock, ErrReserve},
		"an authority that cannot be met":  {signed, stampFunc(func([]byte) ([]byte, error) { return nil, offline }), offline},
		"a token over something else":      {signed, stampFunc(func([]byte) ([]byte, error) { return s.token(t, []byte("khác"), signedAt), nil }), ErrStamp},
		"something that is no token":       {signed, stampFunc(func([]byte) ([]byte, error) { return []byte("0\x03\x02\x01\x02"), nil }), ErrStamp},
		"a signature in place of a token":  {signed, stampFunc(func([]byte) ([]byte, error) { return containerOf(t, signed), nil }), ErrStamp},
		"a file with bytes behind its end": {append(bytes.Clone(signed), "x"...), clock, nil},
	} {
		_, err := StampSignature(context.Background(), x.file, x.by)
		if err == nil || x.want != nil && !errors.Is(err, x.want) {
			t.Errorf("%s: got %v, want %v", name, err, x.want)
		}
	}
}

// A token with a longer chain than anybody foresaw costs a second signature, not the document.
func TestSigningMakesRoomForALongToken(t *testing.T) {
	o, s := testOffice(t), newStamper(t)
	req := o.request(o.leader)
	calls := 0
	req.Stamper = stampFunc(func(digest []byte) ([]byte, error) {
		calls++
		return longToken(s.tokenOver(t, digest, signedAt), s, 40), nil
	})
	r := verify(t, mustSign(t, draft(t, 0), req), VerifyOptions{At: checkedAt, Trust: strictTrust(t, o, s), RevocationOptional: true})
	if r.Outcome != Passed || r.Signatures[0].Level != "T" || calls != 2 {
		t.Errorf("%d calls\n%s", calls, explain(r))
	}
}

// containerOf gives the container of the newest signature.
func containerOf(t testing.TB, file []byte) []byte {
	t.Helper()
	f, err := openForChange(file)
	if err != nil {
		t.Fatal(err)
	}
	last, err := newestSignature(f)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimRight(last.contents, "\x00")
}

// longToken repeats the certificate of the token n times.
func longToken(token []byte, s *stamper, n int) []byte {
	one := tlv(0xa0, s.tsa.Certificate.Raw)
	many := tlv(0xa0, bytes.Repeat(s.tsa.Certificate.Raw, n))
	return reframe(token, one, many)
}

// reframe replaces a part of a token and mends the three lengths around it.
func reframe(token, old, new []byte) []byte {
	var info struct {
		OID  asn1.ObjectIdentifier
		Wrap asn1.RawValue
	}
	var inner asn1.RawValue
	if _, err := asn1.Unmarshal(token, &info); err != nil {
		panic(err)
	}
	if _, err := asn1.Unmarshal(info.Wrap.Bytes, &inner); err != nil {
		panic(err)
	}
	data := tlv(0x30, bytes.Replace(inner.Bytes, old, new, 1))
	return tlv(0x30, der(info.OID), tlv(0xa0, data))
}

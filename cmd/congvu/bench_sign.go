package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"congvu/internal/keys"
	"congvu/internal/pades"
	"congvu/internal/pdf"
)

// sign measures signatures of PDF files and their verification on one core, beside what they cannot do without: the RSA
// operation with the same key and the hash of the bytes. The notes tell the difference of the medians.
func (b *benchRun) sign(ctx context.Context) ([]measurement, error) {
	now := time.Now()
	year := keys.Period{From: now.Add(-time.Hour), Until: now.AddDate(1, 0, 0)}
	authority, err := keys.NewTestAuthority(keys.TestOptions{From: year.From, Until: year.Until, RSA: true})
	if err != nil {
		return nil, err
	}
	who, err := authority.Person("Nguyễn Văn Nghĩa", "Chủ tịch", "UBND xã Vĩnh Lĩnh", year)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte("congvu"))
	raw := b.repeat(ctx, "raw RSA-2048 of the signer", "one core", 1, func(context.Context, int) error {
		_, err := who.Key.Sign(rand.Reader, sum[:], crypto.SHA256)
		return err
	})
	out := []measurement{raw}
	for _, size := range []int{50_000, 20_000_000} {
		file, err := benchFile(size)
		if err != nil {
			return nil, err
		}
		rows, err := b.signFile(ctx, file, pades.Request{Certificate: who.Certificate, Chain: who.Chain, Key: who.Key, At: now}, raw)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

func (b *benchRun) signFile(ctx context.Context, file []byte, req pades.Request, raw measurement) ([]measurement, error) {
	name := fmt.Sprintf("%d KB", len(file)/1000)
	hash := b.repeat(ctx, "raw SHA-256 of "+name, "one core", 1, func(context.Context, int) error {
		sha256.Sum256(file)
		return nil
	})
	signed, err := pades.Sign(ctx, file, req)
	if err != nil {
		return nil, err
	}
	sign := b.repeat(ctx, "PDF signature B-B, "+name, "", 1, func(ctx context.Context, _ int) error {
		_, err := pades.Sign(ctx, file, req)
		return err
	})
	sign.Note = fmt.Sprintf("%.2f ms over the raw RSA, of which the hash is %.2f", ms(sign.P50-raw.P50), ms(hash.P50))
	check := b.repeat(ctx, "PDF verification, "+name, "", 1, func(context.Context, int) error {
		r, err := pades.Verify(signed, pades.VerifyOptions{At: req.At})
		if err == nil && (len(r.Signatures) != 1 || r.Signatures[0].Integrity != pades.Intact) {
			err = errors.New("the own signature does not hold")
		}
		return err
	})
	check.Note = fmt.Sprintf("%.2f ms over the hash", ms(check.P50-hash.P50))
	return []measurement{hash, sign, check}, nil
}

func ms(d time.Duration) float64 { return d.Seconds() * 1000 }

// benchFile is a document of one page and, nearly, a size.
func benchFile(size int) ([]byte, error) {
	var b pdf.Builder
	root, pages, page := b.Reserve(), b.Reserve(), b.Reserve()
	text := make([]byte, size)
	for i := range text {
		text[i] = ' '
	}
	b.Set(root, pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": pages})
	b.Set(pages, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{page}, "Count": 1})
	b.Set(page, pdf.Dict{"Type": pdf.Name("Page"), "Parent": pages, "MediaBox": pdf.Array{0, 0, 595, 842}, "Contents": b.Add(&pdf.Stream{Dict: pdf.Dict{}, Raw: text})})
	return b.Finish(root, pdf.Ref{})
}

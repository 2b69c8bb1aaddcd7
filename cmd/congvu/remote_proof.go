package main

import (
	"context"
	"fmt"
	"io"
)

// farProofs take out proofs, and look at the sealed journal.
func farProofs() []far {
	return []far{
		{"proof", "proof REF [--with-files] [--out TỆP]", "xuất chứng cứ của văn bản; kiểm tra bằng «congvu proof verify»", remoteProof},
		{"journal-seal", "journal-seal", "nhật ký niêm phong: đến đâu, ai đã ký, có nhánh rẽ không", remoteJournalSeal},
	}
}

func remoteProof(ctx context.Context, r *remoteCall) error {
	ref, err := r.wholeRef()
	if err != nil {
		return err
	}
	return r.save(0, func(to io.Writer) (string, error) { return r.Proof(ctx, ref, r.o.withFiles, to) })
}

func remoteJournalSeal(ctx context.Context, r *remoteCall) error {
	s, err := r.SealedLog(ctx)
	if err != nil {
		return err
	}
	return r.show(s, func(out io.Writer) {
		fmt.Fprintf(out, "%s: %d lá, niêm phong đến dòng %s; còn %d dòng chờ (%.1f giây)\n", s.Origin, s.Size, s.LastEntry, s.Unsealed, s.LagSeconds)
		if s.SignedAt != nil {
			fmt.Fprintf(out, "Điểm kiểm tra mới nhất: %d lá, %s\n", s.SignedSize, stampOf(*s.SignedAt))
		}
		if s.CosignedSize > 0 {
			fmt.Fprintf(out, "Được làm chứng đến %d lá (%d bên ký, cần %d)\n", s.CosignedSize, s.Cosigned, s.Need)
		}
		for _, p := range s.Witnesses {
			fmt.Fprintf(out, "bên làm chứng  %s  %s  %d lá  %s\n", p.Name, p.URL, p.Size, orDash(p.Trouble))
		}
		for _, p := range s.Watched {
			fmt.Fprintf(out, "làm chứng cho  %s  %s  %d lá  %s\n", p.Name, p.URL, p.Size, orDash(p.Trouble))
		}
		for _, f := range s.Forks {
			fmt.Fprintf(out, "NHÁNH RẼ  %s  [%s]\n%s\n%s\n", f.Origin, f.Found, f.First, f.Second)
		}
	})
}

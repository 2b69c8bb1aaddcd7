package documents

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"congvu/internal/blob"
	"congvu/internal/pades"
	"congvu/internal/store"
)

type fileJob struct {
	Agency, File int64
	SHA          string // the revision the work begins with
	Since        store.Instant
}

const jobCheck = "documents-check"

// Evidence is what an archive check fetched about the certificates of a file, kept with its verdict (S7.2): DER, base64 in JSON.
type Evidence struct {
	At    store.Instant `json:"at"`
	OCSPs [][]byte      `json:"ocsps,omitempty"`
	CRLs  [][]byte      `json:"crls,omitempty"`
}

// mostEvidence bounds what is kept of it; revocation lists of a large authority have megabytes.
const mostEvidence = 32 << 20

var (
	sqlChecked = store.SQL(`UPDATE documents_preservations SET verdict = $1, report = $2, evidence_sha = $3, level = $4, checked_us = $5, check_us = $6, worse_us = $7
		WHERE agency_id = $8 AND file_id = $9 AND kept_sha = $10`)
	sqlCheckNow = store.SQL(`UPDATE documents_preservations SET check_us = $1 WHERE agency_id = $2 AND check_us > $1`)
)

// CheckArchive orders the check of every kept file of the agency, at once instead of when it is due (S13.7).
func CheckArchive(ctx context.Context, tx *store.Tx) (int64, error) {
	a := tx.Actor()
	if err := mayKeepSignatures(a); err != nil {
		return 0, err
	}
	n, err := tx.Exec(ctx, sqlCheckNow, tx.Now(), a.Agency)
	if err != nil {
		return 0, err
	}
	return n, tx.Record(store.Event{Verb: "preservation.check_ordered", Agency: a.Agency, Data: map[string]any{"files": n}})
}

func (d *Desk) checking() store.Work {
	return store.Work{Kind: jobCheck, Batch: 8, Parallel: 2, Lease: stampLease, Do: d.check, Stuck: d.checkStuck}
}

// checkStuck plans a check that could not be done for the next day; its troubles are in the technical log.
func (d *Desk) checkStuck(ctx context.Context, tx *store.Tx, j store.Job, _ error) error {
	var what fileJob
	if err := j.Decode(&what); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, sqlCheckAt, tx.Now().Add(24*time.Hour), what.Agency, what.File, 0)
	return err
}

// check verifies the newest revision of a file again. The verdict at issue or arrival stays as it was; one that got worse is journalled and told.
func (d *Desk) check(ctx context.Context, j store.Job) error {
	var what fileJob
	if err := j.Decode(&what); err != nil {
		return err
	}
	p, ok, err := store.Maybe[Preservation](ctx, d.DB, sqlPreservation, what.Agency, what.File)
	if err != nil || !ok {
		return err
	}
	report, proof, err := d.verifyAgain(ctx, p)
	if err != nil {
		return err
	}
	proofSHA := ""
	if proof.CRLs != nil || proof.OCSPs != nil {
		b, err := json.Marshal(proof)
		if err != nil {
			return err
		}
		if len(b) <= mostEvidence {
			ref, err := d.Blobs.Put(ctx, bytes.NewReader(b), int64(len(b)))
			if err != nil {
				return err
			}
			proofSHA = ref.SHA
		}
	}
	rules, err := PreservingOf(ctx, d.DB, p.AgencyID)
	if err != nil {
		return err
	}
	return d.keepChecked(ctx, p, report, proofSHA, rules, j)
}

func (d *Desk) keepChecked(ctx context.Context, p Preservation, report *pades.Report, proof string, rules Preserving, j store.Job) error {
	verdict := verdictOf(report)
	write := func(tx *store.Tx) error {
		since := p.WorseAt
		if !worse(verdict, p.FirstVerdict) {
			since = 0
		} else if since == 0 {
			since = tx.Now()
		}
		n, err := tx.Exec(ctx, sqlChecked, verdict, keptReport(p.AgencyID, store.PackedJSON(store.JSONOf(report))), proof, levelOf(report), tx.Now(), rules.nextCheck(tx.Now()), since, p.AgencyID, p.FileID, p.KeptSHA)
		if err == nil && n == 0 { // renewed meanwhile: verified there; the next check is due as ever
			_, err = tx.Exec(ctx, sqlCheckAt, rules.nextCheck(tx.Now()), p.AgencyID, p.FileID, 0)
		}
		if err != nil || n == 0 {
			return orElse(err, tx.Finish(ctx, j))
		}
		if err := tx.Finish(ctx, j); err != nil || verdict == p.Verdict {
			return err
		}
		return p.tellVerdict(ctx, tx, verdict)
	}
	if verdict == p.Verdict {
		return d.DB.Keep(ctx, write)
	}
	return d.write(ctx, store.System(p.AgencyID), write)
}

// tellVerdict journals a verdict that changed, and tells those who answer for it when it got worse.
func (p Preservation) tellVerdict(ctx context.Context, tx *store.Tx, verdict string) error {
	e := store.Event{Verb: "document.verdict_recovered", Agency: p.AgencyID, Ref: p.Ref, Title: p.Title,
		Data: map[string]any{"file": p.FileID, "was": p.Verdict, "is": verdict}}
	if worse(verdict, p.Verdict) {
		people, err := keepersOf(ctx, tx, p.AgencyID)
		if err != nil {
			return err
		}
		e.Verb, e.Notify = "document.verdict_worsened", people
		e.Text = store.Say("Kiểm tra lại lưu trữ: chữ ký số trên tệp {name} của văn bản {title} nay {verdict}. Kết quả lúc ban hành hoặc lúc đến được giữ nguyên.",
			"name", p.Name, "title", p.Title, "verdict", store.Say(VerdictLabel(verdict)))
	}
	return tx.Record(e)
}

// verifyAgain judges the newest revision with what the authorities say today. A file that the store lost or altered is judged as failed.
func (d *Desk) verifyAgain(ctx context.Context, p Preservation) (*pades.Report, Evidence, error) {
	sha, size := p.base()
	now := d.DB.Now()
	proof := Evidence{At: now}
	b, err := blob.ReadAll(ctx, d.Blobs, sha, size)
	if errors.Is(err, blob.NotFound) || errors.Is(err, blob.Damaged) {
		return &pades.Report{Outcome: pades.Unreadable, SHA256: sha, Size: int(size), VerifiedAt: now.Time(),
			Findings: []pades.Finding{{Code: "store.lost", Severity: "error", Text: "Kho lưu trữ không còn đúng tệp này (mất hoặc bị thay đổi). Hãy khôi phục từ bản sao lưu."}}}, proof, nil
	}
	if err != nil {
		return nil, proof, err
	}
	opt := pades.VerifyOptions{At: now.Time(), Trust: d.Trust}
	report, err := pades.Verify(b, opt)
	if err != nil || d.Witness == nil {
		return report, proof, err
	}
	d.witnesses(ctx, report, &proof)
	if proof.OCSPs == nil && proof.CRLs == nil {
		return report, proof, nil
	}
	opt.OCSPs, opt.CRLs = proof.OCSPs, proof.CRLs
	report, err = pades.Verify(b, opt)
	return report, proof, err
}

// witnesses asks about the certificates of believed signers. An authority that does not answer leaves what the file itself proves.
func (d *Desk) witnesses(ctx context.Context, r *pades.Report, proof *Evidence) {
	asked := map[string]bool{}
	for _, s := range r.Signatures {
		if s.ChainState != pades.ChainTrusted || s.Signer == nil || len(s.Chain) == 0 || asked[string(s.Signer.Certificate)] {
			continue
		}
		asked[string(s.Signer.Certificate)] = true
		cert, err := x509.ParseCertificate(s.Signer.Certificate)
		if err != nil {
			continue
		}
		issuer, err := x509.ParseCertificate(s.Chain[0].Certificate)
		if err != nil {
			continue
		}
		answer, list, err := d.Witness.Evidence(ctx, cert, issuer, time.Time{})
		if err != nil {
			continue
		}
		if len(answer) > 0 {
			proof.OCSPs = append(proof.OCSPs, answer)
		}
		if len(list) > 0 {
			proof.CRLs = append(proof.CRLs, list)
		}
	}
}

// OpenEvidence gives what the newest archive check of a file fetched, to those who may see its document.
func OpenEvidence(ctx context.Context, d *Desk, a store.Actor, file int64) (Evidence, error) {
	var e Evidence
	p, err := FindPreservation(ctx, d.DB, a, file)
	if err != nil || p.EvidenceSHA == "" {
		return e, err
	}
	b, err := blob.ReadAll(ctx, d.Blobs, p.EvidenceSHA, mostEvidence)
	if err != nil {
		return e, fmt.Errorf("open evidence of file %d: %w", file, err)
	}
	return e, json.Unmarshal(b, &e)
}

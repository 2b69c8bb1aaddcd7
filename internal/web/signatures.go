package web

import (
	"context"
	"fmt"
	"slices"

	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/pades"
)

// toneOf is the colour of a file's verdict (S13.1–S13.4).
func toneOf(verdict string) Tone {
	switch verdict {
	case documents.VerdictPassed:
		return Good
	case documents.VerdictIndeterminate:
		return Warn
	case documents.VerdictFailed:
		return Bad
	}
	return Off
}

// fileLine is a file in a list.
func fileLine(ctx context.Context, f documents.File) FileLine {
	l := FileLine{Name: f.Name, Href: fmt.Sprintf("/files/%d?download=1", f.ID), Detail: SizeText(ctx, f.Size)}
	if f.Pages > 0 {
		l.Detail += " · " + t(ctx, "{n} trang", "n", f.Pages)
	}
	if f.Media == "application/pdf" {
		l.Icon, l.View, l.Marked = "file-type-pdf", fmt.Sprintf("/files/%d/view", f.ID), fmt.Sprintf("/files/%d/marked", f.ID)
	}
	if f.Verdict == documents.VerdictNone {
		l.Verdict, l.Tone = t(ctx, "Không có chữ ký số"), toneOf(f.Verdict)
	} else if f.Verdict != "" {
		l.Verdict, l.Tone = t(ctx, "Chữ ký số: {verdict}", "verdict", translate(ctx, documents.VerdictLabel(f.Verdict), nil)), toneOf(f.Verdict)
	}
	return l
}

// signaturesOfFile are the signatures of a kept file; what each of them covers can be opened.
func signaturesOfFile(ctx context.Context, f documents.File) []SignatureView {
	r := reportOf(f)
	out := signaturesOf(ctx, r)
	for i := range out {
		if s := r.Signatures[i]; s.End > 0 && !s.WholeFile {
			out[i].Revision = fmt.Sprintf("/files/%d/signed/%d", f.ID, i+1)
		}
	}
	return out
}

// signaturesOf turns a report into what people read.
func signaturesOf(ctx context.Context, r *pades.Report) []SignatureView {
	if r == nil {
		return nil
	}
	var out []SignatureView
	for i, s := range r.Signatures {
		v := SignatureView{ID: fmt.Sprintf("sig-%d", i+1), Tone: Off, Verdict: t(ctx, "Chưa xác định được"), Who: t(ctx, "Chưa xác định được người ký")}
		switch s.Indication {
		case pades.TotalPassed:
			v.Tone, v.Verdict = Good, t(ctx, "Chữ ký hợp lệ")
		case pades.IsIndeterminate:
			v.Tone, v.Verdict = Warn, t(ctx, "Chữ ký chưa đủ căn cứ kết luận")
		case pades.TotalFailed:
			v.Tone, v.Verdict = Bad, t(ctx, "Chữ ký không hợp lệ")
		}
		if s.Kind == pades.DocTimestamp {
			v.Who = t(ctx, "Dấu thời gian của tài liệu")
		}
		if s.Signer != nil {
			v.Who, v.Role = s.Signer.Name, s.Signer.Organization
		}
		for _, l := range r.ExplainSignature(i) {
			switch text := i18n.Sentence(LangOf(ctx), l); l.Topic {
			case pades.TopicWho: // the heading says it
			case pades.TopicAdvice:
				v.Advice = text
			default:
				v.Lines = append(v.Lines, text)
			}
		}
		v.Details = signatureDetails(ctx, s)
		for _, f := range s.Findings {
			text := i18n.Sentence(LangOf(ctx), f)
			noted := Detail{t(ctx, "Ghi nhận"), text}
			if f.Severity != "info" && !slices.Contains(v.Reasons, text) {
				v.Reasons = append(v.Reasons, text)
			} else if f.Severity == "info" && !slices.Contains(v.Details, noted) {
				v.Details = append(v.Details, noted)
			}
		}
		out = append(out, v)
	}
	return out
}

func signatureDetails(ctx context.Context, s *pades.Signature) []Detail {
	var out []Detail
	if s.Signer != nil {
		out = append(out, Detail{t(ctx, "Số hiệu chứng thư"), s.Signer.Serial}, Detail{t(ctx, "Cơ quan cấp"), s.Signer.Issuer},
			Detail{t(ctx, "Hiệu lực chứng thư"), i18n.Day(s.Signer.NotBefore) + " – " + i18n.Day(s.Signer.NotAfter)})
	}
	if s.Algorithm != "" {
		out = append(out, Detail{t(ctx, "Thuật toán"), s.Algorithm})
	}
	return out
}

// verdictWords are the one answer about a file.
func verdictWords(ctx context.Context, r *pades.Report) (tone Tone, title, text string) {
	tones := map[pades.Outcome]Tone{pades.Passed: Good, pades.Indeterminate: Warn, pades.Failed: Bad, pades.None: Off, pades.Unreadable: Bad}
	head, line := r.Explain()
	return tones[r.Outcome], i18n.Sentence(LangOf(ctx), head), i18n.Sentence(LangOf(ctx), line)
}

package paper

import (
	"bytes"
	"encoding/xml"
	"time"

	"congvu/internal/pdf"
)

const producer = "congvu"

// about is the description of a file. The information dictionary and the XMP packet say the same (ISO 19005-2, 6.6.2.3).
type about struct {
	title, author string
	made          time.Time
}

func (a *about) info() pdf.Dict {
	d := pdf.Dict{"Title": pdf.TextString(a.title), "Author": pdf.TextString(a.author), "Creator": pdf.TextString(producer),
		"Producer": pdf.TextString(producer)}
	if !a.made.IsZero() {
		d["CreationDate"], d["ModDate"] = pdf.Date(a.made), pdf.Date(a.made)
	}
	return d
}

// metadata is the XMP packet. It stays uncompressed, so that archives can read it without a PDF library.
func (a *about) metadata() *pdf.Stream {
	var b bytes.Buffer
	b.WriteString("<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" +
		`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/"` +
		` xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">` +
		`<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>` +
		`<dc:format>application/pdf</dc:format><dc:language><rdf:Bag><rdf:li>vi-VN</rdf:li></rdf:Bag></dc:language>` +
		`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">`)
	xml.EscapeText(&b, []byte(a.title))
	b.WriteString(`</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq><rdf:li>`)
	xml.EscapeText(&b, []byte(a.author))
	b.WriteString(`</rdf:li></rdf:Seq></dc:creator><pdf:Producer>` + producer + `</pdf:Producer><xmp:CreatorTool>` + producer + `</xmp:CreatorTool>`)
	if !a.made.IsZero() {
		at := a.made.Format("2006-01-02T15:04:05-07:00")
		b.WriteString(`<xmp:CreateDate>` + at + `</xmp:CreateDate><xmp:ModifyDate>` + at + `</xmp:ModifyDate>`)
	}
	b.WriteString("</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"w\"?>")
	return &pdf.Stream{Dict: pdf.Dict{"Type": pdf.Name("Metadata"), "Subtype": pdf.Name("XML")}, Raw: b.Bytes()}
}

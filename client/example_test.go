package client_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"overt"
	"overt/client"
)

// The examples speak to a service with the example of overt demo, and a few papers.
func Example() {
	ctx := context.Background()
	c := &client.Client{Base: c.Base, Token: ""} // "http://127.0.0.1:8400", and a token of overt token

	sum, err := c.Money(ctx, client.Payment{From: "ICE", To: "Four Points Technology", Kind: "stated", By: "year"}, client.When{})
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range sum.Rows {
		fmt.Println(row.Key, row.Amount, row.Currency, row.Citations[0])
	}
	// Output:
	// 2015 9100000 USD payments.csv: row 2, column amount
}

// Words are looked for, what was found is opened, and a passage around it is cited.
func ExampleClient_Cite() {
	ctx := context.Background()
	for hit, err := range c.SearchAll(ctx, client.Query{Text: `"hosting capacity procured"`, In: "passage"}) {
		if err != nil {
			log.Fatal(err)
		}
		found, err := c.Open(ctx, hit.Cite)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s, page %d: %s\n", found.Caption, found.Page, found.Quote)
		passage, err := c.Cite(ctx, string(hit.ID), "hosting capacity procured from Amazon Web Services", overt.Locator{Page: found.Page})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(passage.Quote, strings.HasPrefix(passage.Cite, "overt:"))
	}
	// Output:
	// task order.txt, page 2: hosting capacity procured
	// hosting capacity procured from Amazon Web Services true
}

// A question is asked again after each import, and tells what it did not find before.
func ExampleClient_AddWatch() {
	ctx := context.Background()
	watch, err := c.AddWatch(ctx, client.WatchQuestion{Kind: "search", Words: "northmoor", In: "entity"}, "watch Northmoor")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(watch.Items, "found now")

	brought("northmoor", `{"id":"nm-1","schema":"Company","properties":{"name":["Northmoor Bleaching Ltd"]}}`)

	last := int64(0)
	for news, err := range c.News(ctx, watch.ID) {
		if err != nil {
			log.Fatal(err)
		}
		last = max(last, news.Number)
		fmt.Println(news.Number, news.Change, news.After.Text)
	}
	if err := c.SeeWatch(ctx, watch.ID, last, ""); err != nil {
		log.Fatal(err)
	}
	all, err := c.Watches(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all.New, "unseen")
	// Output:
	// 0 found now
	// 1 new Northmoor Bleaching Ltd
	// 0 unseen
}

// A file is taken in; when that has ended, its runs are taken back.
func ExampleClient_Follow() {
	ctx := context.Background()
	lines := `{"id":"fw-1","schema":"Company","properties":{"name":["Eastmoor Dyeing Ltd"]}}`
	job, err := c.Begin(ctx, client.Import{
		Dataset: "council", Observed: "2024-05-01", Extent: "full",
		Files: []client.File{{Name: "council.ftm.json", Data: strings.NewReader(lines)}},
	}, "the council's list of May")
	if err != nil {
		log.Fatal(err)
	}
	for now, err := range c.Follow(ctx, job.ID) {
		if err != nil {
			log.Fatal(err)
		}
		job = now
	}
	if job.State != "done" {
		log.Fatal(job.State, job.Problem)
	}
	for _, file := range job.Report.Files {
		fmt.Println(file.Source, file.Verdict, file.Read, "of", file.Received)
		if err := c.Undo(ctx, file.Run, ""); err != nil {
			log.Fatal(err)
		}
	}
	_, err = c.Show(ctx, "Eastmoor Dyeing Ltd", 1, client.When{})
	fmt.Println(overt.CodeOf(err))
	// Output:
	// council.ftm.json read 1 of 1
	// not_found
}

// What comes is a whole file, or there is an error.
func ExampleClient_Export() {
	var file strings.Builder
	if err := c.Export(context.Background(), &file, "ftm", client.Choice{Datasets: []string{"demo"}, Schemata: []string{"Ownership"}}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Count(file.String(), "\n"), "links of ownership")
	// Output:
	// 5 links of ownership
}

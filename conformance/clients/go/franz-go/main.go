// Client program for twmb/franz-go.
package main

import (
	"context"
	"fmt"
	"sort"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

var codecs = map[string]kgo.CompressionCodec{"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
	"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression()}

func client(o options, more ...kgo.Opt) *kgo.Client {
	made, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(o.bootstrap)}, more...)...)
	must(err)
	return made
}

func record(r *kgo.Record) {
	headers := map[string]*string{}
	for _, h := range r.Headers {
		headers[h.Key] = text(h.Value)
	}
	emit("record", fields{"partition": r.Partition, "offset": r.Offset, "key": text(r.Key), "value": text(r.Value),
		"timestamp": r.Timestamp.UnixMilli(), "headers": headers})
}

func produce(o options) {
	c := client(o, kgo.ProducerBatchCompression(codecs[o.codec]), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(20*time.Millisecond))
	for i := o.start; i < o.start+o.count; i++ {
		r := &kgo.Record{Topic: o.topic, Partition: int32(i % o.partitions), Key: keyOf(i), Value: valueOf(i), Timestamp: time.UnixMilli(o.base + int64(i)),
			Headers: []kgo.RecordHeader{{Key: "client", Value: []byte(o.name)}, {Key: "n", Value: []byte(fmt.Sprint(i))}}}
		c.Produce(context.Background(), r, func(r *kgo.Record, err error) {
			must(err)
			emit("acked", fields{"i": i, "partition": r.Partition, "offset": r.Offset})
		})
	}
	must(c.Flush(context.Background()))
	c.Close()
	emit("produced", fields{"count": o.count})
}

func consume(o options) {
	from := kgo.NewOffset().AtStart()
	if o.time >= 0 {
		from = kgo.NewOffset().AfterMilli(o.time)
	} else if o.offset >= 0 {
		from = kgo.NewOffset().At(o.offset)
	}
	c := client(o, kgo.ConsumeTopics(o.topic), kgo.ConsumeResetOffset(from))
	for left := o.max; left > 0; {
		fetched := c.PollRecords(context.Background(), left)
		for _, failed := range fetched.Errors() {
			fail(failed.Err)
		}
		fetched.EachRecord(func(r *kgo.Record) { record(r); left-- })
	}
	c.Close()
	emit("done", nil)
}

func group(o options) {
	asked := askedToEnd()
	var lock sync.Mutex
	owned := map[int32]bool{}
	// Callbacks tell what came and what went.
	change := func(mine bool) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(_ context.Context, _ *kgo.Client, changed map[string][]int32) {
			lock.Lock()
			defer lock.Unlock()
			for _, p := range changed[o.topic] {
				if mine {
					owned[p] = true
				} else {
					delete(owned, p)
				}
			}
			all := []int{}
			for p := range owned {
				all = append(all, int(p))
			}
			sort.Ints(all)
			emit("assigned", fields{"partitions": all})
		}
	}
	// Cooperative is its default; the others are asked for.
	more := []kgo.Opt{kgo.Balancers(kgo.RangeBalancer())}
	if o.assignor != "" {
		more = []kgo.Opt{kgo.Balancers(kgo.CooperativeStickyBalancer())}
	}
	if o.instance != "" {
		more = append(more, kgo.InstanceID(o.instance), kgo.SessionTimeout(time.Duration(o.session)*time.Millisecond))
	}
	c := client(o, append(more, kgo.ConsumerGroup(o.group), kgo.ConsumeTopics(o.topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableAutoCommit(),
		kgo.OnPartitionsAssigned(change(true)), kgo.OnPartitionsRevoked(change(false)), kgo.OnPartitionsLost(change(false)),
		kgo.BlockRebalanceOnPoll(), kgo.HeartbeatInterval(500*time.Millisecond))...)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-asked; cancel() }()
	for left := o.max; left != 0 && ctx.Err() == nil; {
		most := 500
		if left > 0 {
			most = left
		}
		fetched := c.PollRecords(ctx, most)
		var read []*kgo.Record
		fetched.EachRecord(func(r *kgo.Record) { record(r); read = append(read, r); left-- })
		must(c.CommitRecords(context.Background(), read...))
		c.AllowRebalance()
	}
	c.AllowRebalance()
	c.Close()
	emit("closed", nil)
}

type admin struct{ *kadm.Client }

func (a admin) create(topic string, partitions int, retention string) error {
	made, err := a.CreateTopic(context.Background(), int32(partitions), 1, map[string]*string{"retention.ms": &retention}, topic)
	if err == nil {
		err = made.Err
	}
	return err
}

func (a admin) topics() []string {
	found, err := a.ListTopics(context.Background())
	must(err)
	return found.Names()
}

func (a admin) partitions(topic string) int {
	found, err := a.ListTopics(context.Background(), topic)
	must(err)
	return len(found[topic].Partitions)
}

func (a admin) grow(topic string, partitions int) {
	_, err := a.UpdatePartitions(context.Background(), partitions, topic)
	must(err)
}

func (a admin) remove(topic string) {
	_, err := a.DeleteTopic(context.Background(), topic)
	must(err)
}

func (a admin) retention(topic string) string {
	found, err := a.DescribeTopicConfigs(context.Background(), topic)
	must(err)
	for _, config := range found[0].Configs {
		if config.Key == "retention.ms" {
			return *config.Value
		}
	}
	return ""
}

func (a admin) setRetention(topic, value string) {
	done, err := a.AlterTopicConfigs(context.Background(), []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "retention.ms", Value: &value}}, topic)
	must(err)
	must(done[0].Err)
}

func main() {
	command, o := parse()
	switch command {
	case "produce":
		produce(o)
	case "consume":
		consume(o)
	case "group":
		group(o)
	case "topics":
		administerTopics(o, admin{kadm.NewClient(client(o))})
	case "configs":
		administerConfigs(o, admin{kadm.NewClient(client(o))})
	default:
		fail(fmt.Errorf("unknown command %s", command))
	}
}

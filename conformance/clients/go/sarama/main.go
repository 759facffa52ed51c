// Client program for sarama; the import path is replaced for the versions that lived elsewhere.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"reflect"
	"sort"
	"sync"
	"time"

	"github.com/IBM/sarama"
)

var codecs = map[string]sarama.CompressionCodec{
	"none": sarama.CompressionNone, "gzip": sarama.CompressionGZIP, "snappy": sarama.CompressionSnappy,
	"lz4": sarama.CompressionLZ4, "zstd": sarama.CompressionCodec(4),
}

func config(o options) *sarama.Config {
	c := sarama.NewConfig() // with the library's default version, unless one is asked for
	if o.version != "" {
		version, err := sarama.ParseKafkaVersion(o.version)
		must(err)
		c.Version = version
	}
	c.Producer.Compression = codecs[o.codec]
	c.Producer.RequiredAcks = sarama.WaitForAll
	c.Producer.Partitioner = sarama.NewManualPartitioner
	c.Producer.Return.Successes = true
	c.Producer.Return.Errors = true
	c.Producer.Flush.Frequency = 20 * time.Millisecond
	c.Consumer.Offsets.Initial = sarama.OffsetOldest
	c.Consumer.Return.Errors = true
	c.Consumer.Group.Heartbeat.Interval = 500 * time.Millisecond
	// The oldest version of the library has no such fields.
	if o.idempotent {
		set(&c.Producer, "Idempotent", true)
		c.Net.MaxOpenRequests = 1
	}
	if o.instance != "" {
		set(&c.Consumer.Group, "InstanceId", o.instance)
		c.Consumer.Group.Session.Timeout = time.Duration(o.session) * time.Millisecond
	}
	return c
}

func set(of any, field string, value any) {
	reflect.ValueOf(of).Elem().FieldByName(field).Set(reflect.ValueOf(value))
}

func record(m *sarama.ConsumerMessage) {
	headers := map[string]*string{}
	for _, h := range m.Headers {
		headers[string(h.Key)] = text(h.Value)
	}
	more := fields{"partition": m.Partition, "offset": m.Offset, "key": text(m.Key), "value": text(m.Value), "headers": headers}
	if !m.Timestamp.IsZero() {
		more["timestamp"] = m.Timestamp.UnixNano() / 1e6
	}
	emit("record", more)
}

func encoder(data []byte) sarama.Encoder {
	if data == nil {
		return nil
	}
	return sarama.ByteEncoder(data)
}

func produce(o options) {
	producer, err := sarama.NewAsyncProducer([]string{o.bootstrap}, config(o))
	must(err)
	withHeaders := config(o).Version.IsAtLeast(sarama.V0_11_0_0)
	go func() {
		for i := o.start; i < o.start+o.count; i++ {
			m := &sarama.ProducerMessage{Topic: o.topic, Partition: int32(i % o.partitions), Key: encoder(keyOf(i)), Value: encoder(valueOf(i)),
				Timestamp: time.Unix(0, (o.base+int64(i))*1e6), Metadata: i}
			if withHeaders {
				m.Headers = []sarama.RecordHeader{{Key: []byte("client"), Value: []byte(o.name)}, {Key: []byte("n"), Value: []byte(fmt.Sprint(i))}}
			}
			producer.Input() <- m
		}
	}()
	for done := 0; done < o.count; done++ {
		select {
		case m := <-producer.Successes():
			emit("acked", fields{"i": m.Metadata, "partition": m.Partition, "offset": m.Offset})
		case failed := <-producer.Errors():
			fail(failed)
		}
	}
	must(producer.Close())
	emit("produced", fields{"count": o.count})
}

func consume(o options) {
	client, err := sarama.NewClient([]string{o.bootstrap}, config(o))
	must(err)
	consumer, err := sarama.NewConsumerFromClient(client)
	must(err)
	messages := make(chan *sarama.ConsumerMessage)
	for p := 0; p < o.partitions; p++ {
		first := sarama.OffsetOldest
		if o.time >= 0 {
			first, err = client.GetOffset(o.topic, int32(p), o.time)
			must(err)
		} else if o.offset >= 0 {
			first = o.offset
		}
		from, err := consumer.ConsumePartition(o.topic, int32(p), first)
		must(err)
		go func() {
			for {
				select {
				case m := <-from.Messages():
					messages <- m
				case failed := <-from.Errors():
					fail(failed)
				}
			}
		}()
	}
	for k := 0; k < o.max; k++ {
		record(<-messages)
	}
	emit("done", nil)
}

type member struct {
	sync.Mutex
	left   int
	enough chan struct{}
	topic  string
}

func (g *member) Setup(session sarama.ConsumerGroupSession) error {
	owned := append([]int32{}, session.Claims()[g.topic]...)
	sort.Slice(owned, func(a, b int) bool { return owned[a] < owned[b] })
	emit("assigned", fields{"partitions": owned})
	return nil
}

func (g *member) Cleanup(sarama.ConsumerGroupSession) error {
	emit("assigned", fields{"partitions": []int{}})
	return nil
}

func (g *member) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for m := range claim.Messages() {
		g.Lock()
		if g.left == 0 {
			g.Unlock()
			return nil
		}
		record(m)
		session.MarkMessage(m, "")
		g.left--
		if g.left == 0 {
			close(g.enough)
		}
		g.Unlock()
	}
	return nil
}

func group(o options) {
	c := config(o)
	asked := askedToEnd()
	members, err := sarama.NewConsumerGroup([]string{o.bootstrap}, o.group, c)
	must(err)
	go func() {
		for failed := range members.Errors() {
			fmt.Fprintln(os.Stderr, failed)
		}
	}()
	ctx, cancel := context.WithCancel(context.Background())
	g := &member{left: o.max, enough: make(chan struct{}), topic: o.topic}
	go func() {
		select {
		case <-asked:
		case <-g.enough:
		}
		cancel()
	}()
	for ctx.Err() == nil {
		if err := members.Consume(ctx, []string{o.topic}, g); err != nil && ctx.Err() == nil {
			fail(err)
		}
	}
	must(members.Close()) // commits what was marked
	emit("closed", nil)
}

// Before Kafka 0.9 there were offsets in Kafka, but no groups: the partition is the program's own choice.
func offsetManager(o options) {
	client, err := sarama.NewClient([]string{o.bootstrap}, config(o))
	must(err)
	manager, err := sarama.NewOffsetManagerFromClient(o.group, client)
	must(err)
	partition, err := manager.ManagePartition(o.topic, 0)
	must(err)
	consumer, err := sarama.NewConsumerFromClient(client)
	must(err)
	next, _ := partition.NextOffset()
	from, err := consumer.ConsumePartition(o.topic, 0, next)
	must(err)
	for left := o.max; left > 0; left-- {
		select {
		case m := <-from.Messages():
			record(m)
			partition.MarkOffset(m.Offset+1, "")
		case failed := <-from.Errors():
			fail(failed)
		}
	}
	must(partition.Close())
	must(manager.Close()) // commits what was marked
	must(client.Close())
	emit("closed", nil)
}

type admin struct {
	sarama.ClusterAdmin
	client sarama.Client
}

func open(o options) admin {
	c, err := sarama.NewClusterAdmin([]string{o.bootstrap}, config(o))
	must(err)
	client, err := sarama.NewClient([]string{o.bootstrap}, config(o))
	must(err)
	return admin{c, client}
}

func (a admin) create(topic string, partitions int, retention string) error {
	return a.CreateTopic(topic, &sarama.TopicDetail{NumPartitions: int32(partitions), ReplicationFactor: 1,
		ConfigEntries: map[string]*string{"retention.ms": &retention}}, false)
}

func (a admin) topics() []string {
	must(a.client.RefreshMetadata())
	names, err := a.client.Topics()
	must(err)
	return names
}

func (a admin) partitions(topic string) int {
	must(a.client.RefreshMetadata(topic))
	found, err := a.client.Partitions(topic)
	must(err)
	return len(found)
}

func (a admin) grow(topic string, partitions int) {
	must(a.CreatePartitions(topic, int32(partitions), nil, false))
}

func (a admin) remove(topic string) { must(a.DeleteTopic(topic)) }

func (a admin) retention(topic string) string {
	found, err := a.DescribeConfig(sarama.ConfigResource{Type: sarama.TopicResource, Name: topic, ConfigNames: []string{"retention.ms"}})
	must(err)
	return found[0].Value
}

func (a admin) setRetention(topic, value string) {
	must(a.AlterConfig(sarama.TopicResource, topic, map[string]*string{"retention.ms": &value}, false))
}

func main() {
	command, o := parse()
	sarama.Logger = log.New(os.Stderr, "", 0)
	switch command {
	case "produce":
		produce(o)
	case "consume":
		consume(o)
	case "group":
		if config(o).Version.IsAtLeast(sarama.V0_10_2_0) {
			group(o)
		} else {
			offsetManager(o)
		}
	case "topics":
		administerTopics(o, open(o))
	case "configs":
		administerConfigs(o, open(o))
	default:
		fail(fmt.Errorf("unknown command %s", command))
	}
}

// Writes what Kafka's own assignors answer for random groups, as the lines of java-assignments.jsonl:
//   java -cp "<folder of kafka-clients and its jars>/*" JavaAssignments.java <seed> <groups> > java-assignments.jsonl
import java.nio.ByteBuffer;
import java.util.*;
import java.util.stream.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.*;
import org.apache.kafka.common.*;

public class JavaAssignments {
    static final Random random = new Random();
    static final StringBuilder out = new StringBuilder();

    record Member(String id, String instance, String rack, ConsumerPartitionAssignor assignor, Set<String> topics) {}

    public static void main(String[] args) {
        random.setSeed(Long.parseLong(args[0]));
        int groups = Integer.parseInt(args[1]);
        for (int i = 0; i < groups; i++) {
            group(i % 2 == 0 ? "cooperative-sticky" : "sticky", 4);
            group("range", 1);
            if (i % 4 == 0) group("roundrobin", 1);
        }
        System.out.print(out);
    }

    static ConsumerPartitionAssignor make(String name) {
        return switch (name) {
            case "range" -> new RangeAssignor();
            case "roundrobin" -> new RoundRobinAssignor();
            case "sticky" -> new StickyAssignor();
            default -> new CooperativeStickyAssignor();
        };
    }

    static int below(int n) { return random.nextInt(n); }

    static void group(String name, int generations) {
        boolean racks = name.equals("range") && random.nextBoolean();
        boolean equal = random.nextInt(3) > 0;
        boolean isStatic = random.nextInt(4) == 0;
        Map<String, Integer> topics = new LinkedHashMap<>();
        int topicCount = 1 + below(4);
        for (int i = 0; i < topicCount; i++) topics.put("t" + (char) ('a' + below(26)) + i, 1 + below(8));
        List<Member> members = new ArrayList<>();
        Map<String, Subscription> before = new HashMap<>();
        Map<String, List<TopicPartition>> owned = new HashMap<>();
        Map<String, Integer> ownedGeneration = new HashMap<>();
        int added = 1 + below(6);
        for (int generation = 1; generation <= generations; generation++) {
            for (int i = 0; i < added; i++) {
                String id = "member-" + Long.toHexString(random.nextLong());
                members.add(new Member(id, isStatic && random.nextBoolean() ? "i" + random.nextInt(100000) : null,
                    racks && below(5) > 0 ? "r" + below(3) : null, make(name), choose(topics.keySet(), equal)));
            }
            List<Node> nodes = new ArrayList<>();
            for (int i = 0; i < 6; i++) nodes.add(new Node(i, "h", 1, racks ? "r" + i % 3 : null));
            List<PartitionInfo> infos = new ArrayList<>();
            StringBuilder topicJson = new StringBuilder();
            for (var entry : topics.entrySet()) {
                List<String> rackLists = new ArrayList<>();
                for (int p = 0; p < entry.getValue(); p++) {
                    int count = 1 + below(3);
                    Node[] replicas = new Node[count];
                    int first = below(6);
                    for (int r = 0; r < count; r++) replicas[r] = nodes.get((first + r) % 6);
                    infos.add(new PartitionInfo(entry.getKey(), p, replicas[0], replicas, replicas));
                    rackLists.add(Arrays.stream(replicas).map(n -> quote(n.rack())).distinct().collect(Collectors.joining(",", "[", "]")));
                }
                topicJson.append(topicJson.isEmpty() ? "" : ",").append("{\"name\":").append(quote(entry.getKey()))
                    .append(",\"partitions\":").append(entry.getValue());
                if (racks) topicJson.append(",\"racks\":[").append(String.join(",", rackLists)).append("]");
                topicJson.append("}");
            }
            Cluster cluster = new Cluster("c", nodes, infos, Set.of(), Set.of());
            Map<String, Subscription> subscriptions = new HashMap<>();
            StringBuilder memberJson = new StringBuilder();
            for (Member member : members) {
                List<String> wanted = new ArrayList<>(member.topics);
                Collections.sort(wanted);
                ByteBuffer data = member.assignor.subscriptionUserData(member.topics);
                List<TopicPartition> own = name.startsWith("coop") ? owned.getOrDefault(member.id, List.of()) : List.of();
                int since = ownedGeneration.getOrDefault(member.id, -1);
                Subscription subscription = new Subscription(wanted, data, own, since, Optional.ofNullable(member.rack));
                if (member.instance != null) subscription.setGroupInstanceId(Optional.of(member.instance));
                subscriptions.put(member.id, subscription);
                memberJson.append(memberJson.isEmpty() ? "" : ",").append("{\"memberId\":").append(quote(member.id))
                    .append(",\"instanceId\":").append(quote(member.instance)).append(",\"topics\":")
                    .append(wanted.stream().map(JavaAssignments::quote).collect(Collectors.joining(",", "[", "]")))
                    .append(",\"userData\":").append(data == null ? "null" : quote(HexFormat.of().formatHex(data.duplicate().array(), data.arrayOffset() + data.position(), data.arrayOffset() + data.limit())))
                    .append(",\"owned\":").append(list(own)).append(",\"generationId\":").append(since)
                    .append(",\"rackId\":").append(quote(member.rack)).append("}");
            }
            Map<String, Assignment> result = members.get(0).assignor.assign(cluster, new GroupSubscription(subscriptions)).groupAssignment();
            out.append("{\"assignor\":").append(quote(name)).append(",\"topics\":[").append(topicJson).append("],\"members\":[")
                .append(memberJson).append("],\"result\":{").append(members.stream().map(m -> quote(m.id) + ":" + list(
                    result.get(m.id).partitions().stream().sorted(Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition)).toList()))
                    .collect(Collectors.joining(","))).append("}}\n");
            for (Member member : members) {
                Assignment assignment = result.get(member.id);
                if (below(8) == 0) continue; // missed this generation
                member.assignor.onAssignment(assignment, new ConsumerGroupMetadata("g", generation, member.id, Optional.empty()));
                owned.put(member.id, assignment.partitions());
                ownedGeneration.put(member.id, generation);
            }
            if (members.size() > 1 && random.nextBoolean()) {
                Member gone = members.remove(below(members.size()));
                owned.remove(gone.id);
            }
            if (below(3) == 0) topics.replaceAll((t, n) -> n + below(3));
            added = below(3);
        }
    }

    static Set<String> choose(Set<String> topics, boolean all) {
        if (all) return new TreeSet<>(topics);
        Set<String> chosen = new TreeSet<>();
        for (String topic : topics) if (random.nextInt(3) > 0) chosen.add(topic);
        if (chosen.isEmpty()) chosen.add(topics.iterator().next());
        return chosen;
    }

    static String list(Collection<TopicPartition> partitions) {
        return partitions.stream().map(tp -> quote(tp.topic() + ":" + tp.partition())).collect(Collectors.joining(",", "[", "]"));
    }

    static String quote(String text) { return text == null ? "null" : "\"" + text + "\""; }
}

# The first process of one sandbox, as sandbox-api is in its machine: parent of every command, told
# of their ends by the kernel, and heir of the orphans, which it does not wait for: they stay
# zombies there too.
#
# Reads messages from its standard input, where a text is a four-byte big-endian length and that
# many bytes, and a number is a text of digits:
#   start  NUMBER FILE FILE DIRECTORY COUNT (NAME VALUE)... COUNT WORD...
#   signal NUMBER NAME GROUP
#   release NUMBER FILE LENGTH
# The first file takes the command's standard output, the second its errors; both exist. The first
# word is looked up in no path. The number is given back in the answer. To release is to give the
# disk back what a file's first bytes take; they become zeros.
# Writes lines to its standard output:
#   started NUMBER PID | failed NUMBER REASON | done NUMBER | undone NUMBER REASON
#   ended PID CODE, where a death by a signal has the code -1
#
# Once its input ends it kills all that descends from it, and goes.
use strict;
use warnings;
use Config;
use Fcntl;
use POSIX ();

$SIG{$_} = 'IGNORE' for qw(HUP INT QUIT TERM PIPE);

# What Linux calls these on the processors that are known here.
my %calls = (
    'x86_64'  => {prctl => 157, fallocate => 285},
    'aarch64' => {prctl => 167, fallocate => 47},
);
my ($machine) = $^O eq 'linux' ? $Config{archname} =~ /^(x86_64|aarch64)/ : ();
my $calls = $machine ? $calls{$machine} : undef;

# Has the kernel give orphans to this process. Where it cannot, they are nobody's.
use constant CHILD_SUBREAPER => 36;
syscall($calls->{prctl}, CHILD_SUBREAPER, 1, 0, 0, 0) if $calls;

use constant KEEP_SIZE_AND_PUNCH_HOLE => 3;

my %running;
my %dead;
my $buffer = '';

pipe my $woken, my $waker or die "no pipe: $!";
fcntl $_, F_SETFL, O_NONBLOCK for $woken, $waker;
$SIG{CHLD} = sub { syswrite $waker, 'x' };

sub report { syswrite STDOUT, "@_\n" }

# Blocks: a message is sent as a whole.
sub bytes {
    my ($length) = @_;
    while (length $buffer < $length) {
        my $count = sysread STDIN, $buffer, 64 * 1024, length $buffer;
        next if !defined $count && $!{EINTR};
        leave() unless $count;
    }
    return substr $buffer, 0, $length, '';
}

sub text { return bytes(unpack 'N', bytes(4)) }

# What runs below this process, as pid => group. Nothing where the kernel does not show it.
sub descendants {
    my (%parent, %group);
    %dead = ();
    opendir my $processes, '/proc' or return ();
    for my $pid (grep { /^\d+$/ } readdir $processes) {
        open my $stat, '<', "/proc/$pid/stat" or next;
        my $line = do { local $/; <$stat> };
        next unless defined $line && $line =~ /.*\) (\S) (\d+) (\d+) /s;
        $parent{$pid} = $2;
        $group{$pid}  = $3;
        $dead{$pid}   = $1 =~ /[ZX]/;
    }
    my %below;
    for my $pid (keys %parent) {
        my $above = $parent{$pid};
        $above = $parent{$above} while $above && $above != $$;
        $below{$pid} = $group{$pid} if $above;
    }
    return %below;
}

# A dying process may just have forked: looks until nobody lives. What it cannot see it knows.
sub leave {
    kill 'KILL', -$_ for keys %running;
    for (1 .. 1000) {
        my %below = descendants();
        my @alive = grep { !$dead{$_} } keys %below or last;
        kill 'KILL', @alive;
    }
    exit 0;
}

sub start {
    my ($number, $output, $errors, $directory) = (text(), text(), text(), text());
    my %environment;
    for (1 .. text()) {
        my $name = text();
        $environment{$name} = text();
    }
    my @words;
    push @words, text() for 1 .. text();
    my $program = $words[0];
    $words[0] =~ s{.*/}{};

    # Closed by a successful exec; carries the reason of one that fails.
    my ($outcome, $failure);
    pipe $outcome, $failure or return report('failed', $number, lcfirst $!);
    my $pid = fork;
    return report('failed', $number, lcfirst $!) unless defined $pid;
    if ($pid == 0) {
        $SIG{$_} = 'DEFAULT' for grep { $_ !~ /^(?:NUM|RT|__|KILL$|STOP$|ZERO$)/ } keys %SIG;
        POSIX::sigprocmask(POSIX::SIG_SETMASK(), POSIX::SigSet->new());
        %ENV = %environment;
        my ($in, $out, $err);
        POSIX::setpgid(0, 0)
            and sysopen($in,  '/dev/null', O_RDONLY)
            and sysopen($out, $output,     O_WRONLY | O_APPEND)
            and sysopen($err, $errors,     O_WRONLY | O_APPEND)
            and chdir $directory
            and POSIX::dup2(fileno $in, 0)
            and POSIX::dup2(fileno $out, 1)
            and POSIX::dup2(fileno $err, 2)
            and exec {$program} @words;
        syswrite $failure, lcfirst $!;
        POSIX::_exit(1);
    }
    close $failure;
    my $reason = '';
    while (1) {
        my $count = sysread $outcome, $reason, 256, length $reason;
        next if !defined $count && $!{EINTR};
        last unless $count;
    }
    if ($reason ne '') {
        waitpid $pid, 0;
        return report('failed', $number, $reason);
    }
    $running{$pid} = 1;
    report('started', $number, $pid);
}

# Whether somebody of a group descends from this process: a group that outlived its leader may have
# lost its number to a stranger.
sub is_ours {
    my ($group) = @_;
    my %below = descendants();
    return grep { $_ == $group } values %below;
}

sub send_signal {
    my ($number, $name, $group) = (text(), text(), text());
    my $known = $running{$group} || is_ours($group);
    $! = POSIX::ESRCH();
    if ($known && kill $name, -$group) {
        report('done', $number);
    } else {
        report('undone', $number, lcfirst $!);
    }
}

sub release {
    my ($number, $file, $length) = (text(), text(), text());
    my $handle;
    $! = POSIX::ENOSYS();
    if ($calls
        && open($handle, '+<', $file)
        && syscall($calls->{fallocate}, fileno $handle, KEEP_SIZE_AND_PUNCH_HOLE, 0, $length + 0) == 0) {
        report('done', $number);
    } else {
        report('undone', $number, lcfirst $!);
    }
}

sub reap {
    1 while sysread $woken, my $unused, 4096;
    for my $pid (keys %running) {
        next unless waitpid($pid, POSIX::WNOHANG()) == $pid;
        my $status = $?;
        delete $running{$pid};
        report('ended', $pid, $status & 127 ? -1 : $status >> 8);
    }
}

while (1) {
    if ($buffer eq '') {
        my $set = '';
        vec($set, fileno $_, 1) = 1 for \*STDIN, $woken;
        next if select($set, undef, undef, undef) < 0;
        reap() if vec $set, fileno $woken, 1;
        next unless vec $set, fileno STDIN, 1;
    }
    my $what = text();
    $what eq 'start' ? start() : $what eq 'signal' ? send_signal() : release();
}

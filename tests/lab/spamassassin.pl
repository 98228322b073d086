#!/usr/bin/perl
# What SpamAssassin's local rules say of mails: one line of JSON for each file, {"rule": "its description", ...}. No network, no learning.
use strict;
use warnings;
use JSON::PP;
use Mail::SpamAssassin;

my ($state, @files) = @ARGV;
my $judge = Mail::SpamAssassin->new({
	local_tests_only => 1, dont_copy_prefs => 1, userprefs_filename => '/dev/null', home_dir_for_helpers => $state,
	post_config_text => "use_bayes 0\nuse_auto_welcomelist 0\ndns_available no\nenvelope_sender_header Return-Path\n",
});
my $json = JSON::PP->new->canonical;
for my $path (@files) {
	open my $file, '<:raw', $path or die "$path: $!\n";
	local $/;
	my $mail = $judge->parse(scalar <$file>, 1);
	my $status = $judge->check($mail);
	my %hits = map { ($_ => $judge->{conf}->get_description_for_rule($_) // '') } grep { length } split /,/, $status->get_names_of_tests_hit;
	print $json->encode(\%hits), "\n";
	$status->finish;
	$mail->finish;
}
